//! Errors of the use cases and ports of families.

use super::{GuardianshipStatus, MAX_CHILDREN};
use crate::RepositoryError;
use crate::accounts::{HashingError, RoleRequired};
use crate::cooldown::Cooldown;

/// A rule of families that forbids a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FamilyRefusal {
    /// No student has the address, or the student has blocked the caller.
    #[error("the student does not exist")]
    StudentNotFound,
    /// The caller has no open guardianship over the student, or none that allows the call.
    #[error("the caller has no such child")]
    ChildNotFound,
    /// The guardianship does not exist or concerns another student.
    #[error("the guardianship does not exist")]
    GuardianshipNotFound,
    /// The caller has invited their own student profile.
    #[error("users cannot be their own guardians")]
    OwnGuardian,
    /// The caller has blocked the student.
    #[error("the caller has blocked the student")]
    BlockedByYou,
    /// An invitation or an active guardianship exists between the two.
    #[error("an open guardianship exists")]
    GuardianshipExists,
    /// An invitation between the two was closed recently.
    #[error("the student cannot be invited again before {}", .0.again_at)]
    Cooldown(Cooldown),
    /// The parent's open guardianships have reached the limit.
    #[error("a parent can have at most {MAX_CHILDREN} children")]
    TooManyChildren,
    /// The transition is not possible from the current status.
    #[error("the guardianship is already {}", .0.as_str())]
    AlreadyAnswered(GuardianshipStatus),
    /// The child has no login, and no other guardian.
    #[error("the last guardian of a child without a login cannot leave")]
    LastGuardian,
    /// The child's account already has a login.
    #[error("the child already has a login")]
    LoginExists,
}

/// The failure of a use case of families.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// The caller does not have the role that the call requires.
    #[error(transparent)]
    RoleRequired(#[from] RoleRequired),
    /// A rule of families forbids the call.
    #[error(transparent)]
    Refused(#[from] FamilyRefusal),
    /// The store failed, or other writes kept changing the facts.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The failure to claim an account.
#[derive(Debug, thiserror::Error)]
pub enum ClaimAccountError {
    /// The code is unknown, used, revoked or expired, or its account already has a login.
    #[error("the claim code is not valid")]
    InvalidCode,
    /// Another account uses the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The new password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed before the claim was decided or written.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The failure to write a [`ClaimPlan`](super::ClaimPlan).
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another account uses the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The store failed, or a fact that the plan relies on has changed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
