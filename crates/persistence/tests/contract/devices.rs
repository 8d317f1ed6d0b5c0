use astegni_domain::RepositoryError;
use astegni_domain::accounts::{DeviceRepository, RefreshVerdict, Role, RoleChange, SPENT_TOKENS_KEPT};
use astegni_domain::ids::DeviceId;
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_executor::block_on;

use crate::accounts::{add, find, judge, open, plan, tokens_of, write};
use crate::harness::{World, contract, now, race, token};

fn rotate(world: &World, device: DeviceId, from: &str, to: &str) -> Result<(), RepositoryError> {
    block_on(world.database.rotate(device, token(from).digest, token(to), now()))
}

contract! {
    fn signed_out_devices_are_found(world: World) {
        let [one, other] = [Role::Tutor, Role::Student].map(|role| world.person(role));
        let unknown = DeviceId::new(999_999);
        let devices = vec![one.device_id, unknown, other.device_id];
        let signed_out = || block_on(world.database.signed_out(devices.clone())).unwrap();
        assert_eq!(signed_out(), [unknown]);
        block_on(world.database.revoke(other.user_id, other.device_id, now())).unwrap();
        assert_eq!(signed_out(), [unknown, other.device_id]);
        world.execute("UPDATE users SET is_active = FALSE");
        assert_eq!(signed_out(), devices);
    }

    fn a_role_change_spends_no_token(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student, Role::Parent]));
        let device = open(&world, &actor, "first");
        write(&world, &device, plan(&world, &device, RoleChange::Switch(Role::Parent)), "lost answer").unwrap();
        write(&world, &device, plan(&world, &device, RoleChange::Switch(Role::Student)), "second").unwrap();
        rotate(&world, device.device_id, "first", "third").unwrap();
        assert_eq!(judge(&world, "first"), Some(RefreshVerdict::Reused));
        for unspent in ["lost answer", "second", "third"] {
            assert_eq!(judge(&world, unspent), Some(RefreshVerdict::Rotate), "{unspent}");
        }
        rotate(&world, device.device_id, "second", "fourth").unwrap();
    }

    fn a_device_keeps_its_oldest_unspent_token_and_the_newest_ones(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student]));
        let (device, other) = (open(&world, &actor, "first"), open(&world, &actor, "elsewhere"));
        let switch = plan(&world, &device, RoleChange::Switch(Role::Student));
        for number in 1..=40 {
            write(&world, &device, switch.clone(), &format!("number {number}")).unwrap();
        }
        assert_eq!(tokens_of(&world, device.device_id), 32);
        assert_eq!((judge(&world, "number 9"), judge(&world, "number 10")), (None, Some(RefreshVerdict::Rotate)));
        rotate(&world, device.device_id, "first", "second").unwrap();
        assert_eq!(judge(&world, "number 40"), Some(RefreshVerdict::Rotate));
        assert_eq!(tokens_of(&world, other.device_id), 1);
    }

    fn a_device_keeps_a_bounded_number_of_spent_tokens(world: World) {
        let (_, actor) = world.register(World::account(&[]));
        let (device, other) = (open(&world, &actor, "first"), open(&world, &actor, "elsewhere"));
        let spend = |name: &str, count: i64| world.execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO refresh_tokens (session_id, token_digest, issued_at, expires_at, used_at)
             SELECT session_id, 'spent of {name} ' || i, issued_at, expires_at, issued_at
             FROM n, refresh_tokens WHERE token_digest = 'digest of {name}'"
        ));
        spend("first", SPENT_TOKENS_KEPT + 2);
        spend("elsewhere", 3);
        rotate(&world, device.device_id, "first", "second").unwrap();
        // The spent token itself is the oldest row, so that it goes first.
        assert_eq!(tokens_of(&world, device.device_id), SPENT_TOKENS_KEPT + 1);
        let kept = |digest: &str| block_on(world.database.find_token(digest.to_owned())).unwrap().is_some();
        assert!(!kept("spent of first 2") && kept("spent of first 3") && kept(&token("second").digest));
        assert_eq!(tokens_of(&world, other.device_id), 4);
    }

    fn expired_tokens_are_deleted_when_their_device_gets_another(world: World) {
        let (_, actor) = world.register(World::account(&[]));
        let (device, other) = (open(&world, &actor, "first"), open(&world, &actor, "elsewhere"));
        rotate(&world, device.device_id, "first", "second").unwrap();
        let later = now() + TimeDelta::days(30);
        block_on(world.database.rotate(device.device_id, token("second").digest, token("third"), later)).unwrap();
        assert_eq!((tokens_of(&world, device.device_id), tokens_of(&world, other.device_id)), (1, 1));
        assert!(judge(&world, "third").is_some());
    }

    fn a_rotation_and_a_role_change_of_one_device_both_succeed(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student]));
        let device = open(&world, &actor, "token 0");
        let switch = plan(&world, &device, RoleChange::Switch(Role::Student));
        for round in 0..40 {
            race(2, |contender| {
                if contender == 0 {
                    rotate(&world, device.device_id, &format!("token {round}"), &format!("token {}", round + 1)).unwrap();
                } else {
                    write(&world, &device, switch.clone(), &format!("role {round}")).unwrap();
                }
            });
        }
        for unspent in ["token 40", "role 39"] {
            assert_eq!(judge(&world, unspent), Some(RefreshVerdict::Rotate), "{unspent}");
        }
    }

    fn concurrent_role_changes_all_add_their_token(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student, Role::Parent]));
        let device = open(&world, &actor, "first");
        let switches = [Role::Student, Role::Parent].map(|role| plan(&world, &device, RoleChange::Switch(role)));
        race(8, |number| {
            write(&world, &device, switches[number % 2].clone(), &format!("role {number}")).map(drop).unwrap();
        });
        assert_eq!(tokens_of(&world, device.device_id), 9);
        rotate(&world, device.device_id, "first", "second").unwrap();
    }

    fn a_role_change_adds_no_token_to_a_device_that_is_signed_out(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student]));
        for round in 0..20 {
            let device = open(&world, &actor, &format!("first {round}"));
            let switch = plan(&world, &device, RoleChange::Switch(Role::Student));
            let outcomes = race(2, |contender| {
                if contender == 0 {
                    block_on(world.database.revoke(device.user_id, device.device_id, now())).unwrap()
                } else {
                    match write(&world, &device, switch.clone(), &format!("role {round}")) {
                        Ok(_) => true,
                        Err(RepositoryError::Conflict) => false,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
            assert!(outcomes[0]);
            assert_eq!(tokens_of(&world, device.device_id), 1 + i64::from(outcomes[1]));
            assert!(!block_on(world.database.is_signed_in(device.device_id)).unwrap());
            let late = write(&world, &device, switch, &format!("late {round}"));
            assert!(matches!(late, Err(RepositoryError::Conflict)));
        }
    }

    fn a_refresh_token_is_exchanged_once(world: World) {
        let (_, actor) = world.register(World::account(&[]));
        let device = open(&world, &actor, "first");
        let outcomes = race(8, |_| match rotate(&world, device.device_id, "first", "second") {
            Ok(()) => 1,
            Err(RepositoryError::Conflict) => 0,
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        let used = block_on(world.database.find_token(token("first").digest)).unwrap().unwrap();
        assert_eq!((used.device_id, used.used_at), (device.device_id, Some(now())));
        assert_eq!(judge(&world, "second"), Some(RefreshVerdict::Rotate));
        let foreign = rotate(&world, actor.device_id, "second", "third");
        assert!(matches!(foreign, Err(RepositoryError::Conflict)));
    }

    fn a_signed_out_device_can_do_nothing(world: World) {
        let (user, actor) = world.register(World::account(&[]));
        let (_, stranger) = world.register(World::account(&[]));
        assert!(block_on(world.database.is_signed_in(actor.device_id)).unwrap());
        assert!(!block_on(world.database.revoke(stranger.user_id, actor.device_id, now())).unwrap());
        assert!(block_on(world.database.revoke(user.id, actor.device_id, now())).unwrap());
        assert!(!block_on(world.database.is_signed_in(actor.device_id)).unwrap());
        assert!(block_on(world.database.list(user.id)).unwrap().is_empty());
        let changed = write(&world, &actor, plan(&world, &actor, add(Role::Student)), "late");
        assert!(matches!(changed, Err(RepositoryError::Conflict)));
        assert_eq!(find(&world, user.id).roles, []);
    }
}

/// Returns whether a connection of the world comes to wait for a lock.
fn waits_for_lock(world: &World) -> bool {
    let waiting = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '{}'",
        world.name()
    );
    (0..2_000).any(|_| world.number(&waiting) > 0)
}

#[test]
fn a_rotation_locks_the_device_before_its_tokens() {
    let Some(world) = World::postgres() else { return };
    let (_, actor) = world.register(World::account(&[]));
    let device = open(&world, &actor, "first").device_id;
    let astegni_persistence::DatabaseUrl::Postgres(url) = &world.url else { unreachable!() };
    let mut holder = PgConnection::establish(url).unwrap();
    let mut holding = |statement: &str| diesel::sql_query(statement).execute(&mut holder).map(drop);
    holding("BEGIN").unwrap();
    holding(&format!("SELECT 1 FROM auth_sessions WHERE id = {device} FOR UPDATE")).unwrap();
    std::thread::scope(|scope| {
        let rotation = scope.spawn(|| rotate(&world, device, "first", "second"));
        let waited = waits_for_lock(&world);
        let free = holding(&format!("SELECT 1 FROM refresh_tokens WHERE session_id = {device} FOR UPDATE NOWAIT"));
        holding("COMMIT").unwrap();
        rotation.join().unwrap().unwrap();
        assert!(waited);
        free.unwrap();
    });
}
