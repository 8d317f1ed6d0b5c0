//! Subscriptions to the signals of one user.

use std::sync::{Arc, OnceLock};

use astegni_domain::events::LoggedEvent;
use astegni_domain::ids::UserId;
use tokio::sync::mpsc;

use super::{Frame, Hub};

/// A kind of connection that subscribes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A WebSocket, which makes its user appear online.
    Socket,
    /// An event stream, or a request that waits for events.
    Stream,
}

/// A message of the hub to a subscriber.
#[derive(Debug, Clone)]
pub enum Signal {
    /// An event of the subscriber's user.
    Event(Arc<LoggedEvent>),
    /// A request to look into the log: events may have been left out.
    Refresh,
    /// A frame that is not in the log.
    Transient(Arc<Frame>),
}

/// Reasons why a subscriber's connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CloseReason {
    /// The access token has expired.
    TokenExpired,
    /// The access token is not valid, or belongs to another user.
    InvalidToken,
    /// The device was signed out, or the account may not be used.
    SignedOut,
    /// The cursor is older than the log.
    CursorExpired,
    /// The user has too many connections of this kind.
    TooManyConnections,
    /// The client does not keep up with its events.
    TooSlow,
    /// The store of events failed.
    Unavailable,
    /// The server stops.
    ShuttingDown,
}

impl CloseReason {
    /// Returns the name that clients receive.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The receiving end of one subscriber. Dropping it unsubscribes.
pub struct Subscription {
    pub(super) hub: Arc<Hub>,
    pub(super) user: UserId,
    pub(super) id: u64,
    pub(super) receiver: mpsc::Receiver<Signal>,
    pub(super) closed: Arc<OnceLock<CloseReason>>,
}

impl Subscription {
    /// Returns the next signal, or `None` once the hub has closed the subscription. May be dropped while it waits.
    pub async fn next(&mut self) -> Option<Signal> {
        if self.closed().is_some() { None } else { self.receiver.recv().await }
    }

    /// Returns the reason for which the hub has closed the subscription, if it has. Signals that are still queued are then
    /// of no use: the client resumes from its cursor.
    pub fn closed(&self) -> Option<CloseReason> {
        self.closed.get().copied()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.unsubscribe(self.user, self.id);
    }
}
