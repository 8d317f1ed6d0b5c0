//! The use cases of accounts, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::accounts::{
    AccountService, MockAccountRepository, MockDeviceRepository, MockPasswordHasher, MockTokenIssuer, RefreshError,
    RefreshToken, RefreshTokenState,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{DeviceId, UserId};
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use crate::support::now;

#[test]
fn a_reused_refresh_token_ends_the_devices_family() {
    let token = |secret: &str| RefreshToken { secret: secret.to_owned(), digest: format!("#{secret}") };
    let mut tokens = MockTokenIssuer::new();
    tokens.expect_digest().returning(|secret| format!("#{secret}"));
    tokens.expect_successor().returning(move |_| token("next"));
    let mut devices = MockDeviceRepository::new();
    devices.expect_find_token().once().returning(|_| {
        Ok(Some(RefreshTokenState {
            user_id: UserId::new(1),
            device_id: DeviceId::new(9),
            device_revoked: false,
            expires_at: now() + TimeDelta::days(1),
            used_at: Some(now() - TimeDelta::minutes(1)),
        }))
    });
    devices.expect_rotate().never();
    devices
        .expect_revoke()
        .once()
        .withf(|user, device, _| *user == UserId::new(1) && *device == DeviceId::new(9))
        .returning(|_, _, _| Ok(true));
    let service = AccountService::new(
        Arc::new(MockAccountRepository::new()),
        Arc::new(devices),
        Arc::new(MockPasswordHasher::new()),
        Arc::new(tokens),
        Arc::new(ManualClock::new(now())),
        Tz::UTC,
    );
    assert!(matches!(block_on(service.refresh("old")), Err(RefreshError::Reused)));
}
