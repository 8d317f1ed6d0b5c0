//! Errors of the use cases of chat.

use crate::RepositoryError;

/// Errors of reading a conversation.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The conversation does not exist.
    #[error("no such conversation")]
    NotFound,
    /// The caller is not a participant.
    #[error("the caller is not a participant")]
    NotAParticipant,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
