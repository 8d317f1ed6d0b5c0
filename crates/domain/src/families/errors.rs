//! Errors of the use cases and ports of families.

use super::GuardianshipStatus;
use crate::RepositoryError;
use crate::accounts::{HashingError, RoleRequired};

/// Why a family is neither shown nor changed.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// See [`RoleRequired`].
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// There is no such student to be asked.
    #[error("no such student")]
    StudentNotFound,
    /// The caller has no such child.
    #[error("no such child")]
    ChildNotFound,
    /// The caller has no such guardian.
    #[error("no such guardianship")]
    GuardianNotFound,
    /// Nobody is their own guardian.
    #[error("nobody is their own guardian")]
    Yourself,
    /// A guardianship of the two is open.
    #[error("a guardianship of the two is open")]
    AlreadyThere,
    /// It was answered or ended already.
    #[error("the guardianship stands otherwise")]
    AlreadyAnswered(GuardianshipStatus),
    /// The child has a login of their own.
    #[error("the child has a login")]
    HasLogin,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why an account is not handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// See [`ClaimError`].
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// See [`HashingError`].
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

/// Why an account could not be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The code is unknown, used or too old, or its account has a login.
    #[error("the code is not valid")]
    InvalidCode,
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
