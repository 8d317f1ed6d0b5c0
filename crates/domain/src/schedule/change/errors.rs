//! Errors of changing sessions.

use super::{ActionRefusal, AdditionRefusal};
use crate::RepositoryError;
use crate::accounts::RoleRequired;
use crate::schedule::Conflict;
use crate::validation::Violations;

/// Errors of changing or cancelling a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionChangeError {
    /// The session does not exist, or the caller does not take part in it.
    #[error("no such session")]
    NotFound,
    /// The session does not satisfy the caller's precondition.
    #[error("the session does not satisfy the precondition")]
    PreconditionFailed,
    /// The action is not allowed.
    #[error("the action was refused")]
    Refused(ActionRefusal),
    /// Parts of the update contradict each other.
    #[error("the update is invalid")]
    Invalid(Violations),
    /// The new times cannot be booked.
    #[error("the new times conflict")]
    Conflicts(Vec<Conflict>),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<ActionRefusal> for SessionChangeError {
    fn from(refusal: ActionRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Errors of reading a course.
#[derive(Debug, thiserror::Error)]
pub enum FindCourseError {
    /// The course does not exist, or the caller does not take part in it.
    #[error("no such course")]
    NotFound,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of adding a session to a course.
#[derive(Debug, thiserror::Error)]
pub enum AddSessionError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// A rule forbids the session.
    #[error("the session was refused")]
    Refused(AdditionRefusal),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
