//! The use cases of accounts, over mocks of their ports.

mod changes;
mod refresh;
mod sign_in;

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AccountService, Actor, EmailAddress, MockAccountRepository, MockDeviceRepository, MockPasswordHasher,
    MockTokenIssuer, NewDevice, ProfileIds, RefreshToken, Role, SignedIn, User,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{DeviceId, StudentId, UserId};
use chrono_tz::Tz;

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

fn finds(ports: &mut Ports, found: Option<User>) {
    ports.accounts.expect_find().once().withf(|id| *id == ID).returning(move |_| Ok(found.clone()));
}
