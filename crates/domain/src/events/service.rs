//! The use cases of events.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cursor, EventLog, LogPage, LoggedEvent, RETENTION, Tail, TailPosition, Ticket, TicketRepository};
use crate::accounts::{Actor, TokenIssuer};
use crate::ids::UserId;
use crate::{Clock, RepositoryError};

/// The time within which a ticket has to be used.
pub const TICKET_LIFETIME: TimeDelta = TimeDelta::seconds(30);

/// A part of a log to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRequest {
    /// The owner of the log.
    pub reader: UserId,
    /// The last event that the reader has seen.
    pub after: Cursor,
    /// The largest number of events.
    pub limit: usize,
}

/// Errors of reading a log.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The cursor is older than the log, or does not belong to it. The reader has to load the current state.
    #[error("the cursor has expired")]
    CursorExpired,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The use cases of events.
#[derive(Clone)]
pub struct EventService {
    log: Arc<dyn EventLog>,
    tickets: Arc<dyn TicketRepository>,
    tokens: Arc<dyn TokenIssuer>,
    clock: Arc<dyn Clock>,
}

impl EventService {
    /// Wires the use cases to their ports.
    pub fn new(
        log: Arc<dyn EventLog>,
        tickets: Arc<dyn TicketRepository>,
        tokens: Arc<dyn TokenIssuer>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { log, tickets, tokens, clock }
    }

    /// Returns the events behind a cursor, oldest first.
    pub async fn read(&self, wanted: LogRequest) -> Result<Vec<LoggedEvent>, EventsError> {
        let LogPage { events, start, end } =
            self.log.read(wanted.reader, wanted.after, wanted.limit, self.clock.now()).await?;
        if (start..=end).contains(&wanted.after) { Ok(events) } else { Err(EventsError::CursorExpired) }
    }

    /// Returns the cursor of a user's latest event, from which reading starts now.
    pub async fn latest(&self, reader: UserId) -> Result<Cursor, RepositoryError> {
        Ok(self.log.read(reader, Cursor::MAX, 0, self.clock.now()).await?.end)
    }

    /// Returns the events of all users that have become visible since a position.
    pub async fn tail(&self, from: Option<TailPosition>) -> Result<Tail, RepositoryError> {
        self.log.tail(from).await
    }

    /// Adds to events their messages.
    pub async fn with_messages(&self, events: Vec<LoggedEvent>) -> Result<Vec<LoggedEvent>, RepositoryError> {
        self.log.with_messages(events, self.clock.now()).await
    }

    /// Waits until this process may have written events.
    pub async fn committed(&self) {
        self.log.committed().await;
    }

    /// Deletes all events that have been kept for long enough.
    pub async fn prune(&self) -> Result<(), RepositoryError> {
        while self.log.prune(self.clock.now() - RETENTION).await? {}
        Ok(())
    }

    /// Issues a ticket to a caller and returns its secret.
    pub async fn issue_ticket(
        &self,
        actor: &Actor,
        token_expires_at: DateTime<Utc>,
    ) -> Result<String, RepositoryError> {
        let now = self.clock.now();
        let token = self.tokens.refresh_token();
        let ticket = Ticket { actor: *actor, token_expires_at };
        self.tickets.issue(token.digest, ticket, now + TICKET_LIFETIME, now).await?;
        Ok(token.secret)
    }

    /// Returns the ticket with a secret, which cannot be used again.
    pub async fn redeem_ticket(&self, secret: &str) -> Result<Option<Ticket>, RepositoryError> {
        self.tickets.redeem(self.tokens.digest(secret), self.clock.now()).await
    }
}
