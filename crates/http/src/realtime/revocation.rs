//! The task that closes the connections of devices that were signed out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use astegni_domain::RepositoryError;
use tokio::time::sleep;

use super::Hub;
use crate::adapters::Authenticator;
use crate::error::chain;

/// The time between two checks. Tokens of a signed-out device are rejected everywhere within five seconds.
const INTERVAL: Duration = Duration::from_secs(2);

/// The largest number of devices per query.
const CHUNK: usize = 500;

/// Checks the devices of all subscribers.
pub struct RevocationWatch {
    authenticator: Authenticator,
    hub: Arc<Hub>,
}

impl RevocationWatch {
    /// Creates a watch that does nothing until it is run.
    pub fn new(authenticator: Authenticator, hub: Arc<Hub>) -> Self {
        Self { authenticator, hub }
    }

    /// Closes the connections of signed-out devices. A failure of the store closes none. Never returns.
    pub async fn run(self) -> Infallible {
        loop {
            self.hub.occupied().await;
            if let Err(error) = self.check().await {
                tracing::warn!(error = %chain(&error), "connected devices cannot be checked for now");
            }
            sleep(INTERVAL).await;
        }
    }

    async fn check(&self) -> Result<(), RepositoryError> {
        for devices in self.hub.devices().chunks(CHUNK) {
            let signed_out = self.authenticator.signed_out(devices.to_vec()).await?;
            if !signed_out.is_empty() {
                self.hub.sign_out(&signed_out);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use astegni_domain::accounts::MockDeviceRepository;
    use astegni_domain::clock::ManualClock;
    use astegni_domain::ids::DeviceId;
    use chrono::DateTime;
    use tokio::time::{Instant, timeout};

    use super::*;
    use crate::adapters::Jwt;
    use crate::realtime::hub::tests::actor;
    use crate::realtime::{CloseReason, Transport};

    #[tokio::test(start_paused = true)]
    async fn connections_of_signed_out_devices_are_closed_but_none_after_a_failure() {
        let mut answers =
            vec![Ok(vec![DeviceId::new(2)]), Err(RepositoryError::Unavailable("down".into())), Ok(Vec::new())];
        let mut store = MockDeviceRepository::new();
        store.expect_signed_out().returning(move |_| answers.pop().unwrap_or_else(|| Ok(Vec::new())));
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let authenticator = Authenticator::new(Arc::new(Jwt::new(&[7; 32])), Arc::new(store), clock);
        let hub = Arc::new(Hub::default());
        tokio::spawn(RevocationWatch::new(authenticator, hub.clone()).run());
        let mut kept = hub.subscribe(&actor(1, 1), Transport::Socket).unwrap();
        let mut closed = hub.subscribe(&actor(1, 2), Transport::Socket).unwrap();
        let started = Instant::now();
        assert!(closed.next().await.is_none());
        assert_eq!(closed.closed(), Some(CloseReason::SignedOut));
        assert_eq!(started.elapsed(), INTERVAL * 2);
        assert!(timeout(INTERVAL * 5, kept.next()).await.is_err());
    }
}
