//! The optional connection between replicas: announcements of new events, and frames that are not in the log.
//!
//! Nothing depends on it. Without Redis, events of other replicas are found by polling, and typing and presence stay on one
//! replica.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncTypedCommands, Client, RedisError};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::Hub;
use super::frame::Broadcast;
use super::presence::{QUESTION_INTERVAL, ReplicaId};
use crate::error::chain;

/// The channel of announcements. A message is the sending replica.
const EVENTS: &str = "astegni:events";

/// The channel of broadcasts, in JSON.
const SIGNALS: &str = "astegni:signals";

/// The number of broadcasts that wait to be published before more are dropped.
const OUTBOX: usize = 1024;

/// The pause before the first attempt to reconnect, which doubles up to [`MAX_RETRY_AFTER`].
const RETRY_AFTER: Duration = Duration::from_millis(250);

/// The longest pause between two attempts to reconnect.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(5);

/// The error for an address that is not one of a Redis server.
#[derive(Debug, thiserror::Error)]
#[error("not the address of a Redis server")]
pub struct RelayError(#[from] RedisError);

/// A broadcast with its sender.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    replica: ReplicaId,
    #[serde(flatten)]
    broadcast: Broadcast,
}

/// Connects the hubs of all replicas.
pub struct Relay {
    client: Client,
    hub: Arc<Hub>,
    replica: ReplicaId,
    outbox: Mutex<mpsc::Receiver<Broadcast>>,
}

impl Relay {
    /// Creates a relay that does nothing until it is run. `url` is like <redis://HOST:PORT>.
    pub fn new(url: &str, hub: Arc<Hub>) -> Result<Self, RelayError> {
        let client = Client::open(url)?;
        let (sender, outbox) = mpsc::channel(OUTBOX);
        hub.relay_to(sender);
        Ok(Self { client, hub, replica: RandomState::new().hash_one(EVENTS), outbox: Mutex::new(outbox) })
    }

    /// Relays until the connection is lost, then reconnects. Never returns.
    pub async fn run(self) -> Infallible {
        let mut pause = RETRY_AFTER;
        let mut is_lost = false;
        loop {
            let connected = Instant::now();
            let Err(error) = self.relay(&mut is_lost).await;
            if !is_lost {
                tracing::warn!(error = %chain(&error), "Redis is lost; events of other replicas are polled for");
                is_lost = true;
            }
            if connected.elapsed() > MAX_RETRY_AFTER {
                pause = RETRY_AFTER;
            }
            sleep(pause).await;
            pause = (pause * 2).min(MAX_RETRY_AFTER);
        }
    }

    async fn relay(&self, is_lost: &mut bool) -> Result<Infallible, RedisError> {
        let connection = self.client.get_multiplexed_async_connection().await?;
        let mut subscription = self.client.get_async_pubsub().await?;
        subscription.subscribe(&[EVENTS, SIGNALS]).await?;
        if std::mem::take(is_lost) {
            tracing::info!("Redis is back");
        }
        // Announcements may have been missed.
        self.hub.poke();
        let mut messages = subscription.into_on_message();
        let mut outbox = self.outbox.lock().await;
        let receive = async {
            while let Some(message) = messages.next().await {
                self.receive(&message);
            }
            Err(RedisError::from((redis::ErrorKind::Io, "the subscription has ended")))
        };
        tokio::select! {
            ended = receive => ended,
            ended = self.announce(connection.clone()) => ended,
            ended = self.publish(connection, &mut outbox) => ended,
            ended = self.review() => Ok(ended),
        }
    }

    fn receive(&self, message: &redis::Msg) {
        if message.get_channel_name() == EVENTS {
            if message.get_payload_bytes() != self.replica.to_string().as_bytes() {
                self.hub.poke();
            }
            return;
        }
        match serde_json::from_slice::<Envelope>(message.get_payload_bytes()) {
            Ok(envelope) if envelope.replica == self.replica => {}
            Ok(envelope) => self.hub.receive(envelope.replica, envelope.broadcast),
            // Another version of Astegni may know other broadcasts.
            Err(error) => tracing::debug!(%error, "a broadcast cannot be read"),
        }
    }

    /// Announces events of this process. Those that are written in the meantime share the next announcement.
    async fn announce(&self, mut connection: MultiplexedConnection) -> Result<Infallible, RedisError> {
        loop {
            self.hub.committed().await;
            connection.publish(EVENTS, self.replica.to_string()).await?;
        }
    }

    async fn publish(
        &self,
        mut connection: MultiplexedConnection,
        outbox: &mut mpsc::Receiver<Broadcast>,
    ) -> Result<Infallible, RedisError> {
        while let Some(broadcast) = outbox.recv().await {
            let envelope = Envelope { replica: self.replica, broadcast };
            if let Ok(json) = serde_json::to_string(&envelope) {
                connection.publish(SIGNALS, json).await?;
            }
        }
        // The hub keeps the sender, and the relay keeps the hub.
        std::future::pending().await
    }

    async fn review(&self) -> Infallible {
        let mut ticks = interval(QUESTION_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.hub.review_presence(ticks.tick().await);
        }
    }
}

#[cfg(test)]
mod tests;
