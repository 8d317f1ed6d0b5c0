//! Errors of the use cases of availability.

use crate::RepositoryError;
use crate::accounts::RoleRequired;
use crate::tutoring::ReadTutorError;
use crate::validation::Violations;

/// Errors of reading or changing the caller's own availability.
#[derive(Debug, thiserror::Error)]
pub enum AvailabilityError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// The availability does not satisfy the caller's precondition.
    #[error("the availability does not satisfy the precondition")]
    PreconditionFailed,
    /// Parts of the availability contradict each other.
    #[error("the availability is invalid")]
    Invalid(Violations),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of the caller's own time off.
#[derive(Debug, thiserror::Error)]
pub enum TimeOffError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// The caller has no time off with this id.
    #[error("no such time off")]
    NotFound,
    /// The caller has the largest number of periods of time off.
    #[error("too many periods of time off")]
    TooMany,
    /// The time off would cancel too many sessions.
    #[error("the time off is invalid")]
    Invalid(Violations),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of searching for free slots.
#[derive(Debug, thiserror::Error)]
pub enum SlotsError {
    /// See [`ReadTutorError`].
    #[error(transparent)]
    Tutor(#[from] ReadTutorError),
    /// The caller is neither the student nor a guardian of the student.
    #[error("no such student")]
    StudentNotFound,
    /// The search is invalid.
    #[error("the search is invalid")]
    Invalid(Violations),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
