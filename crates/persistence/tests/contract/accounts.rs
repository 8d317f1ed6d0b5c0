use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountRepository, Actor, CreateAccountError, DeviceRepository, NewDevice, ProfileChanges, Role, RoleChange,
    Username,
};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, now, race, token};

/// The hash that every account of these tests has.
fn hash() -> Option<String> {
    World::account(&[]).password_hash
}

/// Taking a role, and a token of this name for it.
fn take(actor: &Actor, role: Role, name: &str) -> RoleChange {
    RoleChange { user_id: actor.user_id, role, takes: true, device_id: actor.device_id, token: token(name), at: now() }
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
                Ok(_) => "made",
                Err(CreateAccountError::EmailTaken) => "taken",
                Err(error) => panic!("{error:?}"),
            }
        });
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == "made").count(), 1);
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

    fn a_change_leaves_the_rest(world: World) {
        let (user, _) = world.register(World::account(&[Role::Student]));
        let changes = ProfileChanges { last_name: Some("Bekele".to_owned()), ..ProfileChanges::default() };
        let changed = block_on(AccountRepository::update(&world.database, user.id, changes, now())).unwrap();
        assert_eq!(changed.first_name, user.first_name);
        assert_eq!(changed.last_name.as_deref(), Some("Bekele"));
        assert!(changed.display_name().ends_with(" Bekele"));
    }

    fn a_role_is_taken_once_and_becomes_active(world: World) {
        let (user, actor) = world.register(World::account(&[Role::Student]));
        let outcomes = race(4, |number| {
            let taken = world.database.change_role(take(&actor, Role::Tutor, &format!("taken {number}")));
            match block_on(taken) {
                Ok(_) => 1,
                Err(RepositoryError::Conflict) => 0,
                Err(error) => panic!("{error:?}"),
            }
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        let found = block_on(AccountRepository::find(&world.database, user.id)).unwrap().unwrap();
        assert_eq!(found.roles, [Role::Student, Role::Tutor]);
        assert_eq!(found.active_role, Some(Role::Tutor));
        assert!(found.profiles.tutor.is_some());
    }

    fn roles_taken_at_once_are_all_there(world: World) {
        let (user, actor) = world.register(World::account(&[]));
        let roles = [Role::Student, Role::Tutor, Role::Parent];
        race(3, |number| {
            let taken = world.database.change_role(take(&actor, roles[number], &format!("taken {number}")));
            block_on(taken).map(drop).unwrap();
        });
        let found = block_on(AccountRepository::find(&world.database, user.id)).unwrap().unwrap();
        assert_eq!(found.roles.len(), 3);
    }

    fn only_a_role_that_is_held_becomes_active(world: World) {
        let (_, actor) = world.register(World::account(&[Role::Student, Role::Parent]));
        let switch = |role, name| RoleChange { takes: false, ..take(&actor, role, name) };
        let switched = block_on(world.database.change_role(switch(Role::Parent, "one"))).unwrap();
        assert_eq!(switched.active_role, Some(Role::Parent));
        let refused = block_on(world.database.change_role(switch(Role::Admin, "two")));
        assert!(matches!(refused, Err(RepositoryError::Conflict)));
    }

    fn a_change_of_role_uses_up_the_devices_tokens(world: World) {
        let (user, _) = world.register(World::account(&[]));
        let old = token("old");
        let device_id = block_on(world.database.open(user.id, hash(), NewDevice::default(), old.clone(), now())).unwrap();
        let actor = Actor {
            user_id: user.id, device_id, active_role: None, profiles: user.profiles,
        };
        block_on(world.database.change_role(take(&actor, Role::Student, "new"))).unwrap();
        assert_eq!(block_on(world.database.find_token(old.digest)).unwrap().unwrap().used_at, Some(now()));
        assert_eq!(block_on(world.database.find_token(token("new").digest)).unwrap().unwrap().used_at, None);
    }

    fn nobody_signs_in_with_a_password_that_has_just_been_changed(world: World) {
        let (user, actor) = world.register(World::account(&[]));
        let new_hash = "another hash".to_owned();
        block_on(world.database.change_password(user.id, hash(), new_hash, actor.device_id, now())).unwrap();
        let late = block_on(world.database.open(user.id, hash(), NewDevice::default(), token("late"), now()));
        assert!(matches!(late, Err(RepositoryError::Conflict)));
        let again = world.database.change_password(user.id, hash(), "third".to_owned(), actor.device_id, now());
        assert!(matches!(block_on(again), Err(RepositoryError::Conflict)));
    }

    fn a_refresh_token_is_exchanged_once(world: World) {
        let (user, _) = world.register(World::account(&[]));
        let first = token("first");
        block_on(world.database.open(user.id, hash(), NewDevice::default(), first.clone(), now())).unwrap();
        let outcomes = race(8, |_| {
            match block_on(world.database.rotate(first.digest.clone(), token("second"), now())) {
                Ok(()) => 1,
                Err(RepositoryError::Conflict) => 0,
                Err(error) => panic!("{error:?}"),
            }
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        let used = block_on(world.database.find_token(first.digest.clone())).unwrap().unwrap();
        assert_eq!(used.used_at, Some(now()));
        assert!(block_on(world.database.find_token(token("second").digest)).unwrap().is_some());
    }

    fn a_signed_out_device_is_dead(world: World) {
        let (user, actor) = world.register(World::account(&[]));
        let (_, stranger) = world.register(World::account(&[]));
        assert!(block_on(world.database.is_signed_in(actor.device_id)).unwrap());
        assert!(!block_on(world.database.revoke(stranger.user_id, actor.device_id, now())).unwrap());
        assert!(block_on(world.database.revoke(user.id, actor.device_id, now())).unwrap());
        assert!(!block_on(world.database.is_signed_in(actor.device_id)).unwrap());
        assert!(block_on(world.database.list(user.id)).unwrap().is_empty());
        let changed = block_on(world.database.change_role(take(&actor, Role::Student, "late")));
        assert!(matches!(changed, Err(RepositoryError::Conflict)));
    }

    fn a_new_password_signs_the_other_devices_out(world: World) {
        let (user, here) = world.register(World::account(&[]));
        let open = |name| block_on(world.database.open(user.id, hash(), NewDevice::default(), token(name), now())).unwrap();
        let there = open("there");
        let later = now() + TimeDelta::seconds(1);
        let change = world.database.change_password(user.id, hash(), "new".to_owned(), here.device_id, later);
        block_on(change).unwrap();
        assert!(block_on(world.database.is_signed_in(here.device_id)).unwrap());
        assert!(!block_on(world.database.is_signed_in(there)).unwrap());
        assert_eq!(block_on(world.database.password_hash(user.id)).unwrap().as_deref(), Some("new"));
    }
}
