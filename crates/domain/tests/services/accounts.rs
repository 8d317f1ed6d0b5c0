//! The use cases of accounts, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountService, Actor, Change, ChangePasswordError, CreateAccountError, Credentials, Device, EmailAddress,
    HashingError, LoginError, MeError, MockAccountRepository, MockDeviceRepository, MockPasswordHasher,
    MockTokenIssuer, NewAccount, NewDevice, Password, ProfileChanges, ProfileIds, RefreshError, RefreshToken,
    RefreshTokenState, RegisterError, Registration, Role, RoleChangeError, RoleChangePlan, SignedIn, User, Username,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{DeviceId, StudentId, UserId};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use crate::support::now;

const ID: UserId = UserId::new(1);
const DEVICE: DeviceId = DeviceId::new(9);

/// The mocks of all ports. Whatever a test does not expect fails it.
struct Ports {
    accounts: MockAccountRepository,
    devices: MockDeviceRepository,
    hasher: MockPasswordHasher,
    tokens: MockTokenIssuer,
}

impl Ports {
    fn new() -> Self {
        let mut tokens = MockTokenIssuer::new();
        tokens.expect_digest().returning(|secret| format!("#{secret}"));
        tokens.expect_successor().returning(|secret| token(&format!("{secret}+1")));
        tokens.expect_refresh_token().returning(|| token("fresh"));
        tokens.expect_access_lifetime().returning(|| 900);
        tokens.expect_access_token().returning(|actor, at| {
            assert_eq!(at, now());
            format!(
                "{} on {} as {:?} with {:?}",
                actor.user_id, actor.device_id, actor.active_role, actor.profiles.student
            )
        });
        Self {
            accounts: MockAccountRepository::new(),
            devices: MockDeviceRepository::new(),
            hasher: MockPasswordHasher::new(),
            tokens,
        }
    }

    fn service(self) -> AccountService {
        AccountService::new(
            Arc::new(self.accounts),
            Arc::new(self.devices),
            Arc::new(self.hasher),
            Arc::new(self.tokens),
            Arc::new(ManualClock::new(now())),
            Tz::Africa__Addis_Ababa,
        )
    }

    /// Expects one password check against `hash`.
    fn checks(&mut self, password: &'static str, hash: Option<&'static str>, matches: bool) {
        self.hasher
            .expect_verify()
            .once()
            .withf(move |given, stored| given == password && stored.as_deref() == hash)
            .returning(move |_, _| Ok(matches));
    }

    /// Expects one look-up of the stored hash.
    fn stores_hash(&mut self, hash: &'static str) {
        self.accounts.expect_password_hash().once().withf(|id| *id == ID).returning(move |_| Ok(Some(hash.to_owned())));
    }
}

fn token(secret: &str) -> RefreshToken {
    RefreshToken { secret: secret.to_owned(), digest: format!("#{secret}") }
}

fn email() -> EmailAddress {
    EmailAddress::parse("abebe@example.com").unwrap()
}

fn user(roles: &[Role]) -> User {
    User {
        id: ID,
        email: Some(email()),
        username: None,
        first_name: Some("Abebe".to_owned()),
        last_name: None,
        father_name: None,
        grandfather_name: None,
        phone: None,
        date_of_birth: None,
        roles: roles.to_vec(),
        active_role: roles.last().copied(),
        profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
        time_zone: Tz::UTC,
        is_private: false,
        profile_picture: None,
        is_active: true,
        email_verified: false,
        created_at: now(),
    }
}

fn actor() -> Actor {
    Actor { user_id: ID, device_id: DEVICE, active_role: Some(Role::Student), profiles: ProfileIds::default() }
}

fn phone() -> NewDevice {
    NewDevice { user_agent: Some("phone".to_owned()), ip_address: Some("192.0.2.1".to_owned()) }
}

fn unavailable() -> RepositoryError {
    RepositoryError::Unavailable("the store is away".into())
}

/// The outcome of a use case that must fail; tokens are never printed.
#[track_caller]
fn refusal<E>(outcome: Result<SignedIn, E>) -> E {
    match outcome {
        Ok(_) => panic!("signed in"),
        Err(error) => error,
    }
}

/// Asserts that a user got tokens of this device: the access token for the roles of `user`, and a refresh token.
#[track_caller]
fn assert_signed_in(signed_in: &SignedIn, user: &User, refresh_token: &str) {
    assert_eq!(signed_in.user, *user);
    let access_token = format!("1 on 9 as {:?} with {:?}", user.active_role, user.profiles.student);
    assert_eq!(signed_in.access_token, access_token);
    assert_eq!((signed_in.refresh_token.as_str(), signed_in.expires_in), (refresh_token, 900));
}

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

/// The state of the refresh token "old", spent some time ago if at all.
fn state(spent: Option<TimeDelta>) -> RefreshTokenState {
    RefreshTokenState {
        user_id: ID,
        device_id: DEVICE,
        device_revoked: false,
        expires_at: now() + TimeDelta::days(1),
        used_at: spent.map(|ago| now() - ago),
    }
}

/// The ports of a refresh whose look-ups find these states, one after the other.
fn refreshing(states: Vec<Option<RefreshTokenState>>) -> Ports {
    let mut ports = Ports::new();
    let count = states.len();
    let mut states = states.into_iter();
    ports
        .devices
        .expect_find_token()
        .times(count)
        .withf(|digest| digest == "#old")
        .returning(move |_| Ok(states.next().unwrap()));
    ports
}

fn rotates(ports: &mut Ports, outcome: fn() -> Result<(), RepositoryError>) {
    ports
        .devices
        .expect_rotate()
        .once()
        .withf(|device, digest, next, at| {
            *device == DEVICE && digest == "#old" && *next == token("old+1") && *at == now()
        })
        .returning(move |_, _, _, _| outcome());
}

fn finds(ports: &mut Ports, found: Option<User>) {
    ports.accounts.expect_find().once().withf(|id| *id == ID).returning(move |_| Ok(found.clone()));
}

fn refresh(ports: Ports) -> Result<SignedIn, RefreshError> {
    block_on(ports.service().refresh("old"))
}

#[test]
fn a_refresh_spends_the_token_and_returns_its_successor() {
    let mut ports = refreshing(vec![Some(state(None))]);
    rotates(&mut ports, || Ok(()));
    finds(&mut ports, Some(user(&[Role::Tutor])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[Role::Tutor]), "old+1");
}

#[test]
fn a_repeated_refresh_returns_the_same_successor_and_writes_nothing() {
    let mut ports = refreshing(vec![Some(state(Some(TimeDelta::seconds(3))))]);
    finds(&mut ports, Some(user(&[Role::Student])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[Role::Student]), "old+1");
}

#[test]
fn a_reused_refresh_token_ends_the_devices_family() {
    let mut ports = refreshing(vec![Some(state(Some(TimeDelta::minutes(1))))]);
    ports
        .devices
        .expect_revoke()
        .once()
        .withf(|user, device, at| *user == ID && *device == DEVICE && *at == now())
        .returning(|_, _, _| Ok(true));
    assert!(matches!(refusal(refresh(ports)), RefreshError::Reused));
}

#[test]
fn an_unknown_or_dead_refresh_token_is_rejected() {
    assert!(matches!(refusal(refresh(refreshing(vec![None]))), RefreshError::Invalid));
    let revoked = RefreshTokenState { device_revoked: true, ..state(None) };
    assert!(matches!(refusal(refresh(refreshing(vec![Some(revoked)]))), RefreshError::Invalid));
}

#[test]
fn a_refresh_of_a_missing_or_closed_account_is_rejected() {
    for found in [None, Some(User { is_active: false, ..user(&[]) })] {
        let mut ports = refreshing(vec![Some(state(None))]);
        rotates(&mut ports, || Ok(()));
        finds(&mut ports, found);
        assert!(matches!(refusal(refresh(ports)), RefreshError::Invalid));
    }
}

#[test]
fn of_two_concurrent_refreshes_both_return_the_successor() {
    let mut ports = refreshing(vec![Some(state(None)), Some(state(Some(TimeDelta::zero())))]);
    rotates(&mut ports, || Err(RepositoryError::Conflict));
    finds(&mut ports, Some(user(&[])));
    assert_signed_in(&refresh(ports).unwrap(), &user(&[]), "old+1");
}

#[test]
fn a_refresh_that_loses_to_a_logout_is_rejected() {
    let signed_out = RefreshTokenState { device_revoked: true, ..state(None) };
    for after in [None, Some(signed_out), Some(state(None))] {
        let mut ports = refreshing(vec![Some(state(None)), after]);
        rotates(&mut ports, || Err(RepositoryError::Conflict));
        assert!(matches!(refusal(refresh(ports)), RefreshError::Invalid));
    }
    let mut ports = refreshing(vec![Some(state(None))]);
    rotates(&mut ports, || Err(unavailable()));
    assert!(matches!(refusal(refresh(ports)), RefreshError::Repository(RepositoryError::Unavailable(_))));
}

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
    assert_eq!(block_on(ports.service().update(ID, changes)).unwrap(), user(&[]));
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
