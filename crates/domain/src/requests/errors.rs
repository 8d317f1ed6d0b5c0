//! Errors of the use cases of session requests.

use super::{AcceptRefusal, CreationRefusal, RequestStatus};
use crate::RepositoryError;
use crate::accounts::RoleRequired;

/// Why a request is not sent.
#[derive(Debug, thiserror::Error)]
pub enum CreateRequestError {
    /// The rules say no.
    #[error("the request is refused")]
    Refused(CreationRefusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a request is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadRequestError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// There is none, or none for the caller to know.
    #[error("no such request")]
    NotFound,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a request is neither rejected nor withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// There is none, or none for the caller to know.
    #[error("no such request")]
    NotFound,
    /// Somebody was faster, or time was.
    #[error("the request is answered already")]
    AlreadyAnswered(RequestStatus),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a request is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// There is none, or none for the caller to know.
    #[error("no such request")]
    NotFound,
    /// The rules say no.
    #[error("the acceptance is refused")]
    Refused(AcceptRefusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
