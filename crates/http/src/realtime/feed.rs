//! The events of one user, in the order of their cursors, each exactly once.

use std::sync::Arc;
use std::time::Duration;

use astegni_domain::accounts::Actor;
use astegni_domain::events::{Cursor, EventService, EventsError, LogRequest, LoggedEvent};

use super::{CloseReason, Frame, Hub, Signal, Subscription, TooMany, Transport};

/// The number of events that are read from the log at once.
const PAGE: usize = 100;

/// The number of times that the log is read again after a failure before the feed ends.
const MAX_FAILURES: u8 = 5;

/// The shortest pause after a failure. The longest is twice as long.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// A reader's own part of the settings of a feed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// The owner of the log.
    pub(crate) actor: Actor,
    /// The kind of connection that reads.
    pub(crate) transport: Transport,
    /// The last event that the reader has seen; `None` to read from now on.
    pub(crate) after: Option<Cursor>,
}

/// Something that a reader has to be told.
#[derive(Debug)]
pub(crate) enum Next {
    /// The next events, at least one.
    Events(Vec<Arc<LoggedEvent>>),
    /// A frame that is not in the log.
    Transient(Arc<Frame>),
    /// The end of the feed.
    Closed(CloseReason),
}

/// Errors of opening a feed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Events(#[from] EventsError),
}

/// The events of one user behind a cursor.
pub(crate) struct Feed {
    events: EventService,
    subscription: Subscription,
    cursor: Cursor,
    /// Whether the log may have events behind the cursor that no signal announces.
    is_behind: bool,
    pending: Option<Signal>,
    /// The number of failures to read the log since the last success.
    failures: u8,
}

impl Feed {
    /// Opens a feed. The subscription comes first, so that no event falls between the log and the signals.
    pub(crate) async fn open(events: EventService, hub: &Arc<Hub>, reading: Reading) -> Result<Self, OpenError> {
        let subscription = hub.subscribe(&reading.actor, reading.transport)?;
        let reader = reading.actor.user_id;
        let cursor = match reading.after {
            Some(after) => {
                events.read(LogRequest { reader, after, limit: 0 }).await?;
                after
            }
            None => events.latest(reader).await.map_err(EventsError::from)?,
        };
        Ok(Self { events, subscription, cursor, is_behind: reading.after.is_some(), pending: None, failures: 0 })
    }

    /// Returns the position to continue from.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Returns the subscription behind the feed.
    pub(crate) fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// Waits for something to tell the reader.
    pub(crate) async fn next(&mut self) -> Next {
        loop {
            self.ready().await;
            if let Some(next) = self.take().await {
                return next;
            }
        }
    }

    /// Waits until [`Self::take`] may have something. May be dropped while it waits.
    pub(crate) async fn ready(&mut self) {
        if !self.is_behind && self.pending.is_none() {
            self.pending = self.subscription.next().await;
        }
    }

    /// Takes what there is to tell after [`Self::ready`], if anything. Reads the log where signals do not suffice.
    pub(crate) async fn take(&mut self) -> Option<Next> {
        if let Some(reason) = self.subscription.closed() {
            return Some(Next::Closed(reason));
        }
        self.is_behind |= self.subscription.take_missed();
        if self.is_behind {
            return self.catch_up().await;
        }
        match self.pending.take()? {
            Signal::Transient(frame) => Some(Next::Transient(frame)),
            Signal::Event(event) if event.cursor <= self.cursor => None,
            Signal::Event(event) if event.cursor - self.cursor == 1 => {
                self.cursor = event.cursor;
                Some(Next::Events(vec![event]))
            }
            Signal::Event(_) | Signal::Refresh => {
                self.is_behind = true;
                None
            }
        }
    }

    async fn catch_up(&mut self) -> Option<Next> {
        let wanted = LogRequest { reader: self.subscription.user, after: self.cursor, limit: PAGE };
        let hub = self.subscription.hub.clone();
        let permit = hub.reading().await;
        let read = self.events.read(wanted).await;
        drop(permit);
        match read {
            Ok(events) => {
                self.failures = 0;
                self.is_behind = events.len() == PAGE;
                self.cursor = events.last()?.cursor;
                Some(Next::Events(events.into_iter().map(Arc::new).collect()))
            }
            Err(EventsError::CursorExpired) => Some(Next::Closed(CloseReason::CursorExpired)),
            Err(EventsError::Repository(error)) => {
                self.failures += 1;
                if self.failures > MAX_FAILURES {
                    tracing::warn!(error = %crate::error::chain(&error), "a log cannot be read");
                    return Some(Next::Closed(CloseReason::Unavailable));
                }
                // Feeds that have failed together try again apart.
                let spread = u32::try_from(self.subscription.id % 16).unwrap_or_default();
                tokio::time::sleep(RETRY_AFTER + RETRY_AFTER / 16 * spread).await;
                None
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
