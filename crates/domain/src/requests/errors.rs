//! Errors of the use cases of session requests.

use super::{AcceptRefusal, AnswerRefusal, CreationRefusal};
use crate::RepositoryError;
use crate::accounts::RoleRequired;

/// Errors of sending a request.
#[derive(Debug, thiserror::Error)]
pub enum CreateRequestError {
    /// A rule forbids the request.
    #[error("the request was refused")]
    Refused(CreationRefusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of reading requests.
#[derive(Debug, thiserror::Error)]
pub enum ReadRequestError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// No request with this id is visible to the caller.
    #[error("no such request")]
    NotFound,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of rejecting or withdrawing a request.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// A rule forbids the answer.
    #[error("the answer was refused")]
    Refused(AnswerRefusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of accepting a request, or of previewing the acceptance.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// No request with this id was sent to the caller.
    #[error("no such request")]
    NotFound,
    /// A rule forbids the acceptance.
    #[error("the acceptance was refused")]
    Refused(AcceptRefusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
