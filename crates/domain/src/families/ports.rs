//! What families need from outside.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Child, ClaimError, Guardian, Guardianship, GuardianshipStatus};
use crate::RepositoryError;
use crate::accounts::{EmailAddress, NewAccount, NewDevice, RefreshToken, User};
use crate::ids::{DeviceId, GuardianshipId, StudentId, UserId};

/// What becomes true when somebody takes a step in a guardianship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianshipPlan {
    /// Which.
    pub id: GuardianshipId,
    /// What it was when it was decided; the write makes sure that it still is.
    pub from: GuardianshipStatus,
    /// What it becomes.
    pub to: GuardianshipStatus,
    /// Who takes the step.
    pub by: UserId,
    /// From which address.
    pub from_address: Option<String>,
    /// When, an instant.
    pub at: DateTime<Utc>,
}

/// A login for an account that has none.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// The digest of the code that the guardian handed over.
    pub code_digest: String,
    /// The name to log in by from now on.
    pub email: EmailAddress,
    /// In PHC string format.
    pub password_hash: String,
    /// When, an instant.
    pub at: DateTime<Utc>,
}

/// Keeps guardianships.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait FamilyRepository: Send + Sync {
    /// Makes a child's account, without a login, and an active guardianship over it, atomically.
    async fn create_child(
        &self,
        parent: UserId,
        account: NewAccount,
        grade_level: Option<String>,
        from_address: Option<String>,
    ) -> Result<Child, RepositoryError>;

    /// The student with an address, if there is one to be asked: the user and the profile.
    async fn find_student(&self, email: EmailAddress) -> Result<Option<(UserId, StudentId)>, RepositoryError>;

    /// Asks a student. MUST answer `Conflict` where a guardianship of the two is open.
    async fn invite(&self, parent: UserId, student: StudentId, at: DateTime<Utc>) -> Result<Child, RepositoryError>;

    /// Looks a guardianship up.
    async fn find(&self, id: GuardianshipId) -> Result<Option<Guardianship>, RepositoryError>;

    /// Looks up the open guardianship of a parent over a student.
    async fn find_open(&self, parent: UserId, student: StudentId) -> Result<Option<Guardianship>, RepositoryError>;

    /// Writes a step. MUST answer `Conflict`, with nothing written, where the guardianship no longer stands as
    /// it was seen.
    async fn apply(&self, plan: GuardianshipPlan) -> Result<(), RepositoryError>;

    /// The children whom a parent may act for or has asked, the newest first.
    async fn children(&self, parent: UserId) -> Result<Vec<Child>, RepositoryError>;

    /// The guardianships over a student, past ones too, the newest first.
    async fn guardians(&self, student: StudentId) -> Result<Vec<Guardian>, RepositoryError>;

    /// Keeps the digest of a code by which a child's account may be claimed once, in the place of earlier
    /// ones. MUST answer `Conflict` where the account has a login.
    async fn keep_claim_code(
        &self,
        student: StudentId,
        by: UserId,
        code_digest: String,
        at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;

    /// Gives an account its own login and signs it in, atomically. All ids stay what they were. MUST use the
    /// code up.
    async fn claim(&self, claim: Claim, device: NewDevice, token: RefreshToken)
    -> Result<(User, DeviceId), ClaimError>;
}
