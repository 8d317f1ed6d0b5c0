//! Changes of an account, its roles and its devices.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    ChangePasswordError, Device, MeError, Password, ProfileChanges, Role, RoleChangeError, RoleChangePlan, SignedIn,
    User,
};
use astegni_domain::change::Change;
use astegni_domain::ids::{DeviceId, UserId};
use futures_executor::block_on;

use super::{DEVICE, ID, Ports, actor, assert_signed_in, finds, refusal, token, unavailable, user};
use crate::support::now;

/// The ports on which one device of user 1 is signed out.
fn revoking(device: DeviceId, outcome: bool) -> Ports {
    let mut ports = Ports::new();
    ports
        .devices
        .expect_revoke()
        .once()
        .withf(move |user, given, at| *user == ID && *given == device && *at == now())
        .returning(move |_, _, _| Ok(outcome));
    ports
}

#[test]
fn a_logout_signs_out_the_callers_device() {
    block_on(revoking(DEVICE, true).service().logout(&actor())).unwrap();
    block_on(revoking(DEVICE, false).service().logout(&actor())).unwrap();
}

#[test]
fn another_device_is_signed_out_by_its_id() {
    for outcome in [true, false] {
        let other = DeviceId::new(5);
        assert_eq!(block_on(revoking(other, outcome).service().sign_out(&actor(), other)).unwrap(), outcome);
    }
}

#[test]
fn the_devices_of_the_caller_are_listed() {
    let device = Device { id: DEVICE, user_agent: None, ip_address: None, created_at: now(), last_used_at: now() };
    let mut ports = Ports::new();
    let listed = vec![device.clone()];
    ports.devices.expect_list().once().withf(|id| *id == ID).returning(move |_| Ok(listed.clone()));
    assert_eq!(block_on(ports.service().devices(&actor())).unwrap(), [device]);
}

#[test]
fn the_callers_account_is_returned_or_gone() {
    let mut ports = Ports::new();
    finds(&mut ports, Some(user(&[Role::Student])));
    assert_eq!(block_on(ports.service().me(ID)).unwrap(), user(&[Role::Student]));
    let mut ports = Ports::new();
    finds(&mut ports, None);
    assert!(matches!(block_on(ports.service().me(ID)), Err(MeError::Gone)));
}

#[test]
fn an_update_is_retried_on_a_conflict() {
    let changes = ProfileChanges { phone: Change::Clear, is_private: Some(false), ..ProfileChanges::default() };
    let mut ports = Ports::new();
    let expected = changes.clone();
    let mut outcomes = vec![Ok(user(&[])), Err(RepositoryError::Conflict)];
    ports
        .accounts
        .expect_update()
        .times(2)
        .withf(move |id, given, at| *id == ID && *given == expected && *at == now())
        .returning(move |_, _, _| outcomes.pop().unwrap());
    let mut accepted = vec![Ok(true), Err(RepositoryError::Conflict)];
    let accept = ports.accounts.expect_accept_follows().times(2).withf(|id, at| *id == ID && *at == now());
    accept.returning(move |_, _| accepted.pop().unwrap());
    assert_eq!(block_on(ports.service().update(ID, changes)).unwrap(), user(&[]));
}

#[test]
fn an_update_that_fails_or_leaves_the_account_private_accepts_no_follows() {
    for (is_private, fails) in [(None, false), (Some(true), false), (Some(false), true)] {
        let mut ports = Ports::new();
        let outcome = move || if fails { Err(RepositoryError::Unavailable("down".into())) } else { Ok(user(&[])) };
        ports.accounts.expect_update().once().returning(move |_, _, _| outcome());
        let changes = ProfileChanges { is_private, ..ProfileChanges::default() };
        assert_eq!(block_on(ports.service().update(ID, changes)).is_err(), fails);
    }
}

#[test]
fn follows_are_accepted_until_none_waits_and_one_failure_does_not_stop_the_others() {
    let mut ports = Ports::new();
    let accounts: Vec<UserId> = (1..=3).map(UserId::new).collect();
    ports.accounts.expect_accepting_follows().once().return_once(move || Ok(accounts));
    for (id, parts) in [(1, 1), (2, 1), (3, 3)] {
        let mut left = parts;
        let accept = ports.accounts.expect_accept_follows().times(parts).withf(move |of, _| of.get() == id);
        accept.returning(move |_, _| {
            left -= 1;
            if id == 2 { Err(RepositoryError::Unavailable("down".into())) } else { Ok(left > 0) }
        });
    }
    let outcome = block_on(ports.service().accept_waiting_follows());
    assert!(matches!(outcome, Err(RepositoryError::Unavailable(_))), "{outcome:?}");
}

fn change_password(ports: Ports) -> Result<(), ChangePasswordError> {
    let new = Password::parse("another one").unwrap();
    block_on(ports.service().change_password(&actor(), "typed".to_owned(), new))
}

/// The ports of a password change whose write has this outcome.
fn changing_password(outcome: fn() -> Result<(), RepositoryError>) -> Ports {
    let mut ports = Ports::new();
    ports.stores_hash("stored");
    ports.checks("typed", Some("stored"), true);
    ports.hasher.expect_hash().once().withf(|given| given == "another one").returning(|_| Ok("new".to_owned()));
    ports
        .accounts
        .expect_change_password()
        .once()
        .withf(|id, checked, new, keep, at| {
            *id == ID && checked.as_deref() == Some("stored") && new == "new" && *keep == DEVICE && *at == now()
        })
        .returning(move |_, _, _, _, _| outcome());
    ports
}

#[test]
fn a_new_password_is_stored_in_place_of_the_one_that_was_checked() {
    change_password(changing_password(|| Ok(()))).unwrap();
    let overtaken = change_password(changing_password(|| Err(RepositoryError::Conflict)));
    assert!(matches!(overtaken, Err(ChangePasswordError::WrongPassword)));
    let failed = change_password(changing_password(|| Err(unavailable())));
    assert!(matches!(failed, Err(ChangePasswordError::Repository(RepositoryError::Unavailable(_)))));
}

#[test]
fn a_password_is_not_changed_without_the_current_one() {
    let mut ports = Ports::new();
    ports.stores_hash("stored");
    ports.checks("typed", Some("stored"), false);
    assert!(matches!(change_password(ports), Err(ChangePasswordError::WrongPassword)));
}

/// Adds the facts of a role change to the ports: each attempt finds the next of these accounts.
fn finds_each(ports: &mut Ports, users: Vec<User>) {
    let attempts = users.len();
    ports.devices.expect_is_signed_in().times(attempts).withf(|device| *device == DEVICE).returning(|_| Ok(true));
    let mut users = users.into_iter();
    ports.accounts.expect_find().times(attempts).withf(|id| *id == ID).returning(move |_| Ok(users.next()));
}

/// Expects one write of a plan, with the fresh token for the caller's device.
fn writes(ports: &mut Ports, plan: RoleChangePlan, outcome: fn() -> Result<User, RepositoryError>) {
    ports
        .accounts
        .expect_change_role()
        .once()
        .withf(move |given, device, next, at| {
            *given == plan && *device == DEVICE && *next == token("fresh") && *at == now()
        })
        .returning(move |_, _, _, _| outcome());
}

fn plan(held: &[Role], roles: &[Role], checked_hash: Option<&str>, new_profile: Option<Role>) -> RoleChangePlan {
    RoleChangePlan {
        user_id: ID,
        held: held.to_vec(),
        checked_hash: checked_hash.map(str::to_owned),
        roles: roles.to_vec(),
        active_role: Role::Tutor,
        new_profile,
    }
}

/// The ports of an addition that the password "typed" confirms.
fn adding() -> Ports {
    let mut ports = Ports::new();
    ports.stores_hash("stored");
    ports.checks("typed", Some("stored"), true);
    ports
}

fn add_tutor(ports: Ports) -> Result<SignedIn, RoleChangeError> {
    block_on(ports.service().add_role(&actor(), Role::Tutor, "typed".to_owned()))
}

#[test]
fn a_role_is_added_with_its_profile_guarded_by_the_checked_hash() {
    let mut ports = adding();
    finds_each(&mut ports, vec![user(&[Role::Student])]);
    let expected = plan(&[Role::Student], &[Role::Student, Role::Tutor], Some("stored"), Some(Role::Tutor));
    writes(&mut ports, expected, || Ok(user(&[Role::Student, Role::Tutor])));
    assert_signed_in(&add_tutor(ports).unwrap(), &user(&[Role::Student, Role::Tutor]), "fresh");
}

#[test]
fn a_role_is_not_added_without_the_password_or_twice() {
    let mut ports = Ports::new();
    ports.stores_hash("stored");
    ports.checks("typed", Some("stored"), false);
    assert!(matches!(refusal(add_tutor(ports)), RoleChangeError::WrongPassword));
    let mut ports = adding();
    finds_each(&mut ports, vec![user(&[Role::Tutor])]);
    assert!(matches!(refusal(add_tutor(ports)), RoleChangeError::AlreadyHeld(Role::Tutor)));
}

#[test]
fn a_role_change_that_conflicts_is_decided_again_on_fresh_facts() {
    let mut ports = Ports::new();
    finds_each(&mut ports, vec![user(&[Role::Tutor]), user(&[Role::Tutor, Role::Parent])]);
    writes(&mut ports, plan(&[Role::Tutor], &[Role::Tutor], None, Some(Role::Tutor)), || {
        Err(RepositoryError::Conflict)
    });
    let both = [Role::Tutor, Role::Parent];
    writes(&mut ports, plan(&both, &both, None, Some(Role::Tutor)), || Ok(user(&[Role::Parent, Role::Tutor])));
    let switched = block_on(ports.service().switch_role(&actor(), Role::Tutor));
    assert_signed_in(&switched.unwrap(), &user(&[Role::Parent, Role::Tutor]), "fresh");
}

#[test]
fn only_a_held_role_becomes_active() {
    let mut ports = Ports::new();
    finds_each(&mut ports, vec![user(&[Role::Student])]);
    let refused = refusal(block_on(ports.service().switch_role(&actor(), Role::Tutor)));
    assert!(matches!(refused, RoleChangeError::NotHeld(Role::Tutor)));
}

#[test]
fn a_signed_out_device_changes_no_role() {
    let mut ports = Ports::new();
    ports.devices.expect_is_signed_in().once().returning(|_| Ok(false));
    let refused = refusal(block_on(ports.service().switch_role(&actor(), Role::Tutor)));
    assert!(matches!(refused, RoleChangeError::SignedOut));
    let mut gone = Ports::new();
    gone.devices.expect_is_signed_in().once().returning(|_| Ok(true));
    gone.accounts.expect_find().once().returning(|_| Ok(None));
    let refused = refusal(block_on(gone.service().switch_role(&actor(), Role::Tutor)));
    assert!(matches!(refused, RoleChangeError::SignedOut));
}
