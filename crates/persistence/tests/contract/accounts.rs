use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountRepository, Actor, CreateAccountError, DeviceRepository, NewDevice, ProfileChanges, RefreshVerdict, Role,
    RoleChange, RoleChangePlan, User, Username, judge_refresh, plan_role_change,
};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{ConnectionFilter, ConnectionService, Kind};
use astegni_domain::ids::{DeviceId, UserId};
use astegni_domain::page::PageRequest;
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, now, race, token};

/// The hash that every account of these tests has.
pub(crate) fn hash() -> Option<String> {
    World::account(&[]).password_hash
}

pub(crate) fn find(world: &World, id: UserId) -> User {
    block_on(AccountRepository::find(&world.database, id)).unwrap().unwrap()
}

/// A plan on the present facts.
pub(crate) fn plan(world: &World, actor: &Actor, change: RoleChange) -> RoleChangePlan {
    plan_role_change(&find(world, actor.user_id), change).unwrap()
}

pub(crate) fn add(role: Role) -> RoleChange {
    RoleChange::Add { role, checked_hash: hash() }
}

/// Writes a plan for the actor's device, with a token of this name.
pub(crate) fn write(world: &World, actor: &Actor, plan: RoleChangePlan, name: &str) -> Result<User, RepositoryError> {
    block_on(world.database.change_role(plan, actor.device_id, token(name), now()))
}

/// Opens a further device, with a refresh token of this name.
pub(crate) fn open(world: &World, actor: &Actor, name: &str) -> Actor {
    let opened = world.database.open(actor.user_id, hash(), NewDevice::default(), token(name), now());
    Actor { device_id: block_on(opened).unwrap(), ..*actor }
}

/// The verdict about a token that is presented now.
pub(crate) fn judge(world: &World, name: &str) -> Option<RefreshVerdict> {
    let state = block_on(world.database.find_token(token(name).digest)).unwrap();
    state.map(|state| judge_refresh(&state, now() + TimeDelta::seconds(11)))
}

pub(crate) fn tokens_of(world: &World, device: DeviceId) -> i64 {
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
