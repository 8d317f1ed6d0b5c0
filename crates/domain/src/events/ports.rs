//! Ports of the event log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Cursor, LoggedEvent};
use crate::RepositoryError;
use crate::accounts::Actor;
use crate::ids::UserId;

/// A part of a user's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The events behind the requested cursor, in the order of their cursors.
    pub events: Vec<LoggedEvent>,
    /// The cursor before the oldest event that is kept.
    pub start: Cursor,
    /// The cursor of the latest event.
    pub end: Cursor,
}

/// A point in the history of all logs together. Its meaning is the store's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailPosition(pub String);

/// The events of all users that have become visible since a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The events without their messages. Those of one reader are in the order of their cursors.
    pub events: Vec<LoggedEvent>,
    /// The point to continue from.
    pub position: TailPosition,
    /// Whether there were too many events to return, so that readers have to look into their own logs.
    pub is_truncated: bool,
}

/// The logs of all users.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Returns at most `limit` events of a user behind a cursor, with their messages.
    async fn read(
        &self,
        reader: UserId,
        after: Cursor,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<LogPage, RepositoryError>;

    /// Returns the events that have become visible since a position, or none and the current position. MUST return every
    /// event exactly once to a caller that continues from each returned position, in whichever order transactions commit.
    async fn tail(&self, from: Option<TailPosition>) -> Result<Tail, RepositoryError>;

    /// Adds to events their messages as they read at `now`.
    async fn with_messages(
        &self,
        events: Vec<LoggedEvent>,
        now: DateTime<Utc>,
    ) -> Result<Vec<LoggedEvent>, RepositoryError>;

    /// Waits until this process has committed a write since the last call. May return without one.
    async fn committed(&self);

    /// Deletes some events that were written before an instant. Returns whether there were any. Of each log, MUST only delete
    /// from the beginning.
    async fn prune(&self, before: DateTime<Utc>) -> Result<bool, RepositoryError>;
}

/// A single-use proof of identity for opening a connection, because a browser cannot send a header with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The caller to whom it was issued.
    pub actor: Actor,
    /// The instant at which the access token expires that it was issued for.
    pub token_expires_at: DateTime<Utc>,
}

/// The store of tickets, shared by all replicas.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait TicketRepository: Send + Sync {
    /// Stores a ticket under the digest of its secret until an instant. Also deletes expired ones.
    async fn issue(
        &self,
        digest: String,
        ticket: Ticket,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;

    /// Returns the ticket with a digest and deletes it. MUST return it to one caller only, and to none once it has expired or
    /// its device was signed out.
    async fn redeem(&self, digest: String, now: DateTime<Utc>) -> Result<Option<Ticket>, RepositoryError>;
}
