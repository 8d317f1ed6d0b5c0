//! The task that follows the logs of all users, for the subscribers of this process.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use astegni_domain::RepositoryError;
use astegni_domain::events::EventService;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Hub;
use crate::error::chain;

/// The longest time between two queries while there are subscribers. It bounds the delay of events of other replicas.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The shortest time between two queries, so that many writes share one.
const MIN_INTERVAL: Duration = Duration::from_millis(5);

/// The pause after a failure of the store, which doubles up to [`MAX_RETRY_AFTER`].
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// The longest pause after a failure.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Follows the logs of all users while the hub has subscribers.
pub struct Tailer {
    events: EventService,
    hub: Arc<Hub>,
}

impl Tailer {
    /// Creates a tailer that does nothing until it is run.
    pub fn new(events: EventService, hub: Arc<Hub>) -> Self {
        Self { events, hub }
    }

    /// Delivers events. After a failure of the store, starts anew. Never returns.
    pub async fn run(self) -> Infallible {
        let mut pause = RETRY_AFTER;
        loop {
            self.hub.occupied().await;
            if let Err(error) = self.follow(&mut pause).await {
                tracing::warn!(error = %chain(&error), "events cannot be delivered for now");
                sleep(pause).await;
                pause = (pause * 2).min(MAX_RETRY_AFTER);
            }
        }
    }

    /// Delivers events until there are no subscribers.
    ///
    /// Subscribers read their logs before and after the beginning: what was written earlier is in the logs when they are told
    /// to look, and what is written later follows the position.
    async fn follow(&self, pause: &mut Duration) -> Result<(), RepositoryError> {
        let mut position = self.events.tail(None).await?.position;
        *pause = RETRY_AFTER;
        self.hub.refresh();
        while !self.hub.is_empty() {
            let round = Instant::now();
            // The poll is due if nothing has announced an event until then.
            drop(timeout(POLL_INTERVAL, self.hub.poked()).await);
            let tail = self.events.tail(Some(position)).await?;
            position = tail.position;
            if tail.is_truncated {
                self.hub.refresh();
            } else {
                let events = self.hub.with_subscribers(tail.events);
                if !events.is_empty() {
                    self.hub.deliver(self.events.with_messages(events).await?);
                }
            }
            sleep_until(round + MIN_INTERVAL).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
