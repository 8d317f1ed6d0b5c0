//! Authentication of callers: a valid access token of a device that is still signed in.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use astegni_domain::accounts::DeviceRepository;
use astegni_domain::ids::DeviceId;
use astegni_domain::{Clock, RepositoryError};
use chrono::{DateTime, TimeDelta, Utc};

use super::{Identity, InvalidToken, Jwt};

/// The time for which a device is assumed to be signed in after a look-up. It bounds how long the tokens of a
/// signed-out device are still accepted by other replicas: five seconds are promised.
const SIGNED_IN_CACHE_TTL: TimeDelta = TimeDelta::seconds(4);

/// The number of devices that are remembered before all are forgotten.
const MAX_REMEMBERED: usize = 100_000;

/// The reason why a caller was not authenticated.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// The token is not valid, or its device is signed out.
    #[error("the access token is not valid")]
    InvalidToken,
    /// The store of devices failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<InvalidToken> for AuthenticationError {
    fn from(InvalidToken: InvalidToken) -> Self {
        Self::InvalidToken
    }
}

/// Identifies callers by their access tokens.
#[derive(Clone)]
pub struct Authenticator {
    jwt: Arc<Jwt>,
    devices: Arc<dyn DeviceRepository>,
    clock: Arc<dyn Clock>,
    seen: Arc<RwLock<HashMap<DeviceId, DateTime<Utc>>>>,
}

impl Authenticator {
    /// Creates an authenticator that remembers no devices.
    pub fn new(jwt: Arc<Jwt>, devices: Arc<dyn DeviceRepository>, clock: Arc<dyn Clock>) -> Self {
        Self { jwt, devices, clock, seen: Arc::default() }
    }

    /// Returns the caller that an access token identifies.
    pub async fn authenticate(&self, token: &str) -> Result<Identity, AuthenticationError> {
        let now = self.clock.now();
        let identity = self.jwt.read(token, now)?;
        let device = identity.actor.device_id;
        if !self.remembers(device, now) {
            if !self.devices.is_signed_in(device).await? {
                return Err(AuthenticationError::InvalidToken);
            }
            self.remember(device, now);
        }
        Ok(identity)
    }

    /// Returns those of some devices that are no longer signed in. Nothing is remembered.
    pub async fn signed_out(&self, devices: Vec<DeviceId>) -> Result<Vec<DeviceId>, RepositoryError> {
        self.devices.signed_out(devices).await
    }

    /// Forgets a device, so that its next call looks it up again.
    pub fn forget(&self, device: DeviceId) {
        self.seen.write().unwrap_or_else(PoisonError::into_inner).remove(&device);
    }

    /// Forgets all devices, so that the next call of each looks it up again.
    pub fn forget_all(&self) {
        self.seen.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remembers(&self, device: DeviceId, now: DateTime<Utc>) -> bool {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back does not extend the time.
        seen.get(&device).is_some_and(|at| (TimeDelta::zero()..SIGNED_IN_CACHE_TTL).contains(&(now - *at)))
    }

    fn remember(&self, device: DeviceId, now: DateTime<Utc>) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_REMEMBERED {
            seen.clear();
        }
        seen.insert(device, now);
    }
}

#[cfg(test)]
mod tests {
    use astegni_domain::accounts::{Actor, MockDeviceRepository, ProfileIds, TokenIssuer};
    use astegni_domain::clock::ManualClock;
    use astegni_domain::ids::UserId;

    use super::*;

    #[actix_web::test]
    async fn a_device_is_looked_up_again_after_four_seconds_or_when_the_clock_was_set_back() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH + TimeDelta::days(1));
        let jwt = Arc::new(Jwt::new(&[7; 32]));
        let device_id = DeviceId::new(2);
        let actor = Actor { user_id: UserId::new(1), device_id, active_role: None, profiles: ProfileIds::default() };
        let token = jwt.access_token(&actor, clock.now());
        let mut devices = MockDeviceRepository::new();
        let mut answers = [true, true, false].into_iter();
        devices.expect_is_signed_in().times(3).returning(move |_| Ok(answers.next().unwrap()));
        let authenticator = Authenticator::new(jwt, Arc::new(devices), Arc::new(clock.clone()));
        for moved in [0, 3_999, -4_000, 3_999] {
            clock.advance(TimeDelta::milliseconds(moved));
            assert_eq!(authenticator.authenticate(&token).await.unwrap().actor, actor);
        }
        clock.advance(TimeDelta::milliseconds(1));
        assert!(matches!(authenticator.authenticate(&token).await, Err(AuthenticationError::InvalidToken)));
    }
}
