//! Errors of the use cases of tutoring.

use crate::RepositoryError;
use crate::accounts::RoleRequired;
use crate::validation::Violations;

/// Why a tutor is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadTutorError {
    /// There is none, or none for this viewer to know.
    #[error("no such tutor")]
    NotFound,
    /// The viewer blocked the tutor.
    #[error("the viewer blocked the tutor")]
    BlockedByYou,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a tutor's own profile is neither shown nor changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why a package is not written.
#[derive(Debug, thiserror::Error)]
pub enum WritePackageError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// The caller has no such package.
    #[error("no such package")]
    NotFound,
    /// The terms don't go together.
    #[error("the terms are invalid")]
    Invalid(Violations),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
