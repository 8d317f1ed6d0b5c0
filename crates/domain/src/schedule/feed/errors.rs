//! Errors of calendar feeds.

use crate::RepositoryError;

/// Errors of calendar feeds.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The feed does not exist or was revoked, or it belongs to another user.
    #[error("no such feed")]
    NotFound,
    /// The caller has the largest number of feeds.
    #[error("too many feeds")]
    TooMany,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
