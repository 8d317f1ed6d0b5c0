//! Registrations and logins.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    CreateAccountError, Credentials, EmailAddress, HashingError, LoginError, NewAccount, Password, ProfileChanges,
    RegisterError, Registration, Role, SignedIn, User, Username,
};
use astegni_domain::ids::DeviceId;
use chrono_tz::Tz;
use futures_executor::block_on;

use super::{DEVICE, ID, Ports, assert_signed_in, email, phone, refusal, token, unavailable, user};
use crate::support::now;

fn registration(time_zone: Option<Tz>) -> Registration {
    Registration {
        email: email(),
        password: Password::parse("Test1234").unwrap(),
        username: Some(Username::parse("abebe").unwrap()),
        profile: ProfileChanges { time_zone, ..ProfileChanges::default() },
        roles: vec![Role::Student],
    }
}

fn registering(outcome: impl Fn() -> Result<(User, DeviceId), CreateAccountError> + Send + 'static) -> Ports {
    let mut ports = Ports::new();
    ports.hasher.expect_hash().once().withf(|given| given == "Test1234").returning(|_| Ok("hashed".to_owned()));
    ports.accounts.expect_create().once().returning(move |_, _, _| outcome());
    ports
}

#[test]
fn a_registration_stores_the_hash_and_signs_in() {
    for (chosen, zone) in [(None, Tz::Africa__Addis_Ababa), (Some(Tz::Europe__Berlin), Tz::Europe__Berlin)] {
        let mut ports = Ports::new();
        ports.hasher.expect_hash().once().withf(|given| given == "Test1234").returning(|_| Ok("hashed".to_owned()));
        let expected = NewAccount {
            email: Some(email()),
            username: Some(Username::parse("abebe").unwrap()),
            password_hash: Some("hashed".to_owned()),
            profile: registration(chosen).profile,
            time_zone: zone,
            roles: vec![Role::Student],
            created_at: now(),
        };
        ports
            .accounts
            .expect_create()
            .once()
            .withf(move |account, device, given| *account == expected && *device == phone() && *given == token("fresh"))
            .returning(|_, _, _| Ok((user(&[Role::Student]), DEVICE)));
        let signed_in = block_on(ports.service().register(registration(chosen), phone()));
        assert_signed_in(&signed_in.unwrap(), &user(&[Role::Student]), "fresh");
    }
}

#[test]
fn a_registration_reports_taken_names_and_failures() {
    let register = |ports: Ports| refusal(block_on(ports.service().register(registration(None), phone())));
    let taken = register(registering(|| Err(CreateAccountError::EmailTaken)));
    assert!(matches!(taken, RegisterError::EmailTaken));
    let taken = register(registering(|| Err(CreateAccountError::UsernameTaken)));
    assert!(matches!(taken, RegisterError::UsernameTaken));
    let failed = register(registering(|| Err(unavailable().into())));
    assert!(matches!(failed, RegisterError::Repository(RepositoryError::Unavailable(_))));
    let mut ports = Ports::new();
    ports.hasher.expect_hash().once().returning(|_| Err(HashingError::Busy));
    assert!(matches!(register(ports), RegisterError::Hashing(HashingError::Busy)));
}

/// The ports of a login by the address of an account with the hash "stored".
fn logging_in(is_active: bool, matches: bool) -> Ports {
    let mut ports = Ports::new();
    ports
        .accounts
        .expect_credentials()
        .once()
        .withf(|given| *given == email())
        .returning(move |_| Ok(Some(Credentials { user_id: ID, password_hash: Some("stored".to_owned()), is_active })));
    ports.checks("typed", Some("stored"), matches);
    ports
}

fn log_in(ports: Ports, email: Option<EmailAddress>) -> Result<SignedIn, LoginError> {
    block_on(ports.service().login(email, "typed".to_owned(), phone()))
}

#[test]
fn a_login_opens_a_device_guarded_by_the_hash_that_was_checked() {
    let mut ports = logging_in(true, true);
    ports.accounts.expect_find().once().withf(|id| *id == ID).returning(|_| Ok(Some(user(&[Role::Student]))));
    ports
        .devices
        .expect_open()
        .once()
        .withf(|id, hash, device, given, at| {
            *id == ID
                && hash.as_deref() == Some("stored")
                && *device == phone()
                && *given == token("fresh")
                && *at == now()
        })
        .returning(|_, _, _, _, _| Ok(DEVICE));
    assert_signed_in(&log_in(ports, Some(email())).unwrap(), &user(&[Role::Student]), "fresh");
}

#[test]
fn a_password_is_hashed_whether_or_not_the_account_exists() {
    let mut no_address = Ports::new();
    no_address.checks("typed", None, false);
    assert!(matches!(refusal(log_in(no_address, None)), LoginError::WrongCredentials));
    let mut unknown = Ports::new();
    unknown.accounts.expect_credentials().once().returning(|_| Ok(None));
    unknown.checks("typed", None, false);
    assert!(matches!(refusal(log_in(unknown, Some(email()))), LoginError::WrongCredentials));
}

#[test]
fn a_wrong_password_and_a_closed_account_are_rejected_alike() {
    for (is_active, matches) in [(true, false), (false, true), (false, false)] {
        let refused = refusal(log_in(logging_in(is_active, matches), Some(email())));
        assert!(matches!(refused, LoginError::WrongCredentials), "{is_active} {matches}");
    }
    let mut gone = logging_in(true, true);
    gone.accounts.expect_find().once().returning(|_| Ok(None));
    assert!(matches!(refusal(log_in(gone, Some(email()))), LoginError::WrongCredentials));
}

#[test]
fn a_login_with_a_password_that_has_just_been_changed_is_rejected() {
    let opening = |outcome: fn() -> RepositoryError| {
        let mut ports = logging_in(true, true);
        ports.accounts.expect_find().returning(|_| Ok(Some(user(&[]))));
        ports.devices.expect_open().once().returning(move |_, _, _, _, _| Err(outcome()));
        refusal(log_in(ports, Some(email())))
    };
    assert!(matches!(opening(|| RepositoryError::Conflict), LoginError::WrongCredentials));
    assert!(matches!(opening(unavailable), LoginError::Repository(RepositoryError::Unavailable(_))));
}
