//! Errors of the use cases of tutoring.

use crate::RepositoryError;
use crate::accounts::RoleRequired;
use crate::validation::Violations;

/// Errors of reading a tutor's public page.
#[derive(Debug, thiserror::Error)]
pub enum ReadTutorError {
    /// The tutor does not exist, or is hidden from the viewer.
    #[error("no such tutor")]
    NotFound,
    /// The viewer has blocked the tutor.
    #[error("the viewer has blocked the tutor")]
    BlockedByYou,
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of reading or changing the caller's own tutor profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Errors of writing a package.
#[derive(Debug, thiserror::Error)]
pub enum WritePackageError {
    /// The caller is not a tutor.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// The caller has no package with this id.
    #[error("no such package")]
    NotFound,
    /// The stored package does not satisfy the caller's precondition.
    #[error("the stored package does not satisfy the precondition")]
    PreconditionFailed,
    /// The terms contradict each other, or the tutor has too many active packages.
    #[error("the terms are invalid")]
    Invalid(Violations),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
