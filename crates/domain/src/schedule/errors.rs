//! Errors of the use cases of sessions.

use crate::RepositoryError;
use crate::accounts::RoleRequired;

/// Why a session is not shown.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// There is none, or the caller has no part in it.
    #[error("no such session")]
    NotFound,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
