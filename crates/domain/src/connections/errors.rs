//! Errors of the use cases of connections.

use super::Refusal;
use crate::RepositoryError;

/// Why a connection is neither shown nor changed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The rules say no.
    #[error("the rules say no: {0:?}")]
    Refused(Refusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<Refusal> for ConnectionError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
