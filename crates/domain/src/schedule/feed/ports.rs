//! The port of calendar feeds.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{CalendarFeed, NewFeed};
use crate::RepositoryError;
use crate::ids::{FeedId, UserId};
use crate::schedule::Session;

/// Stores calendar feeds.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait FeedRepository: Send + Sync {
    /// Creates a feed. MUST return `None`, with nothing written, if the owner has [`MAX_FEEDS`](super::MAX_FEEDS).
    async fn create_feed(&self, feed: NewFeed) -> Result<Option<FeedId>, RepositoryError>;

    /// Returns the feeds of a user, newest first.
    async fn feeds(&self, owner: UserId) -> Result<Vec<CalendarFeed>, RepositoryError>;

    /// Deletes a feed. Returns whether the user had it.
    async fn delete_feed(&self, owner: UserId, id: FeedId) -> Result<bool, RepositoryError>;

    /// Returns the feed whose secret has a digest. MUST return `None` for the feed of a user who is not active.
    async fn find_feed(&self, digest: &str) -> Result<Option<CalendarFeed>, RepositoryError>;

    /// Returns the first sessions, ascending by start, that any [side](crate::schedule::Side) shows to a user and that end
    /// after an instant.
    async fn sessions_since(
        &self,
        reader: UserId,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Session>, RepositoryError>;

    /// Returns the identity of this database, which never changes. The first call creates it from `proposed`.
    async fn installation(&self, proposed: &str) -> Result<String, RepositoryError>;
}
