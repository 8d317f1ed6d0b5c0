use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountRepository, Actor, Change, CreateAccountError, DeviceRepository, NewDevice, ProfileChanges, RefreshVerdict,
    Role, RoleChange, RoleChangePlan, SPENT_TOKENS_KEPT, User, Username, judge_refresh, plan_role_change,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{ConnectionFilter, ConnectionService, Kind};
use astegni_domain::ids::{DeviceId, UserId};
use astegni_domain::page::PageRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use futures_executor::block_on;

use crate::harness::{World, contract, now, race, token};

/// The hash that every account of these tests has.
fn hash() -> Option<String> {
    World::account(&[]).password_hash
}

fn find(world: &World, id: UserId) -> User {
    block_on(AccountRepository::find(&world.database, id)).unwrap().unwrap()
}

/// A plan on the present facts.
fn plan(world: &World, actor: &Actor, change: RoleChange) -> RoleChangePlan {
    plan_role_change(&find(world, actor.user_id), change).unwrap()
}

fn add(role: Role) -> RoleChange {
    RoleChange::Add { role, checked_hash: hash() }
}

/// Writes a plan for the actor's device, with a token of this name.
fn write(world: &World, actor: &Actor, plan: RoleChangePlan, name: &str) -> Result<User, RepositoryError> {
    block_on(world.database.change_role(plan, actor.device_id, token(name), now()))
}

/// Opens a further device, with a refresh token of this name.
fn open(world: &World, actor: &Actor, name: &str) -> Actor {
    let opened = world.database.open(actor.user_id, hash(), NewDevice::default(), token(name), now());
    Actor { device_id: block_on(opened).unwrap(), ..*actor }
}

fn rotate(world: &World, device: DeviceId, from: &str, to: &str) -> Result<(), RepositoryError> {
    block_on(world.database.rotate(device, token(from).digest, token(to), now()))
}

/// The verdict about a token that is presented now.
fn judge(world: &World, name: &str) -> Option<RefreshVerdict> {
    let state = block_on(world.database.find_token(token(name).digest)).unwrap();
    state.map(|state| judge_refresh(&state, now() + TimeDelta::seconds(11)))
}

fn tokens_of(world: &World, device: DeviceId) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM refresh_tokens WHERE session_id = {device}"))
}

contract! {
    fn an_account_comes_with_a_profile_for_each_role(world: World) {
        let (user, _) = world.register(World::account(&[Role::Student, Role::Tutor, Role::Parent]));
        let profiles = user.profiles;
        assert!(profiles.student.is_some() && profiles.tutor.is_some() && profiles.parent.is_some());
        assert_eq!(user.active_role, Some(Role::Student));
        let found = block_on(AccountRepository::find(&world.database, user.id)).unwrap();
        assert_eq!(found, Some(user));
        assert_eq!(world.number("SELECT COUNT(*) FROM calendars"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM connection_counters"), 1);
    }

    fn an_address_is_taken_once_and_nothing_is_half_written(world: World) {
        let account = World::account(&[Role::Tutor]);
        let outcomes = race(8, |number| {
            let create = AccountRepository::create(
                &world.database, account.clone(), NewDevice::default(), token(&format!("racer {number}")),
            );
            match block_on(create) {
                Ok(_) => "created",
                Err(CreateAccountError::EmailTaken) => "taken",
                Err(error) => panic!("{error:?}"),
            }
        });
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == "created").count(), 1);
        for table in ["users", "tutor_profiles", "calendars", "auth_sessions", "refresh_tokens"] {
            assert_eq!(world.number(&format!("SELECT COUNT(*) FROM {table}")), 1, "{table}");
        }
    }

    fn a_handle_is_taken_in_every_case(world: World) {
        let named = |name| {
            let mut account = World::account(&[]);
            account.username = Some(Username::parse(name).unwrap());
            account
        };
        world.register(named("Émile"));
        let again = AccountRepository::create(&world.database, named("éMILE"), NewDevice::default(), token("x"));
        assert!(matches!(block_on(again), Err(CreateAccountError::UsernameTaken)));
    }

    fn a_change_sets_clears_or_keeps_each_field(world: World) {
        let (user, _) = world.register(World::account(&[Role::Student]));
        let set = ProfileChanges {
            last_name: Change::Set("Bekele".to_owned()),
            phone: Change::Set("+251911000000".to_owned()),
            date_of_birth: Change::Set(now().date_naive()),
            ..ProfileChanges::default()
        };
        let changed = block_on(AccountRepository::update(&world.database, user.id, set, now())).unwrap();
        assert_eq!(changed.first_name, user.first_name);
        assert_eq!((changed.phone.as_deref(), changed.date_of_birth), (Some("+251911000000"), Some(now().date_naive())));
        assert!(changed.display_name().ends_with(" Bekele"));
        let clear = ProfileChanges { last_name: Change::Clear, phone: Change::Clear, ..ProfileChanges::default() };
        let cleared = block_on(AccountRepository::update(&world.database, user.id, clear, now())).unwrap();
        assert_eq!((cleared.last_name.as_ref(), cleared.phone.as_ref()), (None, None));
        assert_eq!(cleared.date_of_birth, Some(now().date_naive()));
        assert_eq!(find(&world, user.id), cleared);
    }

    fn a_role_is_taken_once_and_becomes_active(world: World) {
        let (user, actor) = world.register(World::account(&[Role::Student]));
        let plan = plan(&world, &actor, add(Role::Tutor));
        let outcomes = race(4, |number| {
            match write(&world, &actor, plan.clone(), &format!("taken {number}")) {
                Ok(_) => 1,
                Err(RepositoryError::Conflict) => 0,
                Err(error) => panic!("{error:?}"),
            }
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        let found = find(&world, user.id);
        assert_eq!((found.roles, found.active_role), (vec![Role::Student, Role::Tutor], Some(Role::Tutor)));
        assert!(found.profiles.tutor.is_some());
        assert_eq!(tokens_of(&world, actor.device_id), 2);
    }

    fn a_role_change_guards_the_roles_and_the_password_it_is_based_on(world: World) {
        let (user, actor) = world.register(World::account(&[Role::Student, Role::Parent]));
        let stale = plan(&world, &actor, RoleChange::Switch(Role::Parent));
        let confirmed = plan(&world, &actor, RoleChange::Add { role: Role::Tutor, checked_hash: Some("other".to_owned()) });
        assert!(matches!(write(&world, &actor, confirmed, "one"), Err(RepositoryError::Conflict)));
        write(&world, &actor, plan(&world, &actor, add(Role::Tutor)), "two").unwrap();
        assert!(matches!(write(&world, &actor, stale, "three"), Err(RepositoryError::Conflict)));
        let switched = write(&world, &actor, plan(&world, &actor, RoleChange::Switch(Role::Parent)), "four").unwrap();
        assert_eq!(switched.active_role, Some(Role::Parent));
        assert_eq!(find(&world, user.id), switched);
        assert_eq!((judge(&world, "one"), judge(&world, "three")), (None, None));
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

    fn a_role_that_is_unknown_is_skipped_in_lists_and_kept_in_its_row(world: World) {
        let (me, stranger) = (world.person(Role::Student), world.person(Role::Tutor));
        let database = Arc::new(world.database.clone());
        let connections = ConnectionService::new(database.clone(), database, Arc::new(ManualClock::new(now())));
        block_on(connections.request(&me, stranger.user_id, Kind::Follow, None)).unwrap();
        let corrupt = format!(r#"UPDATE users SET roles = '["wizard","tutor"]' WHERE id = {}"#, stranger.user_id);
        world.execute(&corrupt);
        let list = block_on(connections.list(&me, ConnectionFilter::default(), PageRequest::FIRST)).unwrap();
        assert_eq!(list.items.len(), 1);
        assert_eq!(find(&world, stranger.user_id).roles, [Role::Tutor]);
        let added = write(&world, &stranger, plan(&world, &stranger, add(Role::Parent)), "added").unwrap();
        assert_eq!(added.roles, [Role::Tutor, Role::Parent]);
        let kept = format!(r#"SELECT COUNT(*) FROM users WHERE roles = '["tutor","parent","wizard"]' AND id = {}"#, stranger.user_id);
        assert_eq!(world.number(&kept), 1);
    }

    fn a_login_with_a_password_that_has_just_been_changed_is_a_conflict(world: World) {
        let (user, actor) = world.register(World::account(&[]));
        let new_hash = "another hash".to_owned();
        block_on(world.database.change_password(user.id, hash(), new_hash, actor.device_id, now())).unwrap();
        let late = block_on(world.database.open(user.id, hash(), NewDevice::default(), token("late"), now()));
        assert!(matches!(late, Err(RepositoryError::Conflict)));
        let again = world.database.change_password(user.id, hash(), "third".to_owned(), actor.device_id, now());
        assert!(matches!(block_on(again), Err(RepositoryError::Conflict)));
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

    fn a_new_password_signs_out_the_other_devices(world: World) {
        let (user, here) = world.register(World::account(&[]));
        let there = open(&world, &here, "there").device_id;
        let later = now() + TimeDelta::seconds(1);
        let change = world.database.change_password(user.id, hash(), "new".to_owned(), here.device_id, later);
        block_on(change).unwrap();
        assert!(block_on(world.database.is_signed_in(here.device_id)).unwrap());
        assert!(!block_on(world.database.is_signed_in(there)).unwrap());
        assert_eq!(block_on(world.database.password_hash(user.id)).unwrap().as_deref(), Some("new"));
    }
}

/// Waits until a connection of the world waits for a lock.
fn await_lock_wait(world: &World) {
    let waiting = format!(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = '{}'",
        world.name()
    );
    while world.number(&waiting) == 0 {
        std::thread::yield_now();
    }
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
        await_lock_wait(&world);
        let free = holding(&format!("SELECT 1 FROM refresh_tokens WHERE session_id = {device} FOR UPDATE NOWAIT"));
        holding("COMMIT").unwrap();
        rotation.join().unwrap().unwrap();
        free.unwrap();
    });
}
