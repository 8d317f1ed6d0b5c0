//! Errors of the use cases of sessions.

use crate::RepositoryError;
use crate::accounts::RoleRequired;

/// Errors of reading sessions.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// The session does not exist, or the caller does not take part in it.
    #[error("no such session")]
    NotFound,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
