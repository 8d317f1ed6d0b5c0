//! The task that closes the connections of devices that were signed out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use astegni_domain::RepositoryError;
use astegni_domain::events::EventService;
use tokio::time::sleep;

use super::Hub;
use crate::error::chain;

/// The time between two checks. Tokens of a signed-out device are rejected everywhere within five seconds.
const INTERVAL: Duration = Duration::from_secs(2);

/// The largest number of devices per query.
const CHUNK: usize = 500;

/// Checks the devices of all subscribers.
pub struct RevocationWatch {
    events: EventService,
    hub: Arc<Hub>,
}

impl RevocationWatch {
    /// Creates a watch that does nothing until it is run.
    pub fn new(events: EventService, hub: Arc<Hub>) -> Self {
        Self { events, hub }
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
            let signed_out = self.events.signed_out(devices.to_vec()).await?;
            if !signed_out.is_empty() {
                self.hub.sign_out(&signed_out);
            }
        }
        Ok(())
    }
}
