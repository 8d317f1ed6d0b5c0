//! Errors of the use cases of chat.

use crate::RepositoryError;

/// Why a conversation is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// There is none.
    #[error("no such conversation")]
    NotFound,
    /// The caller takes no part in it.
    #[error("the caller is not a participant")]
    NotAParticipant,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
