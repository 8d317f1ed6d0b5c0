//! The port through which families are stored.

use async_trait::async_trait;

use super::{
    ChildPlan, ChildRecord, ClaimCodePlan, ClaimError, ClaimFacts, ClaimPlan, Guardian, GuardianshipFacts,
    InvitationFacts, InvitationPlan, ParentFacts, TransitionPlan,
};
use crate::RepositoryError;
use crate::accounts::{EmailAddress, NewDevice, RefreshToken, User};
use crate::ids::{DeviceId, GuardianshipId, StudentId, UserId};
use crate::page::{Page, PageRequest};

/// The store of guardianships and claim codes.
///
/// Every write MUST re-check the facts that its plan relies on, under the locks that the transitions of the same
/// guardianships take, and answer `Conflict` with nothing written if one no longer holds.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait FamilyRepository: Send + Sync {
    /// Returns the facts that a new child of a parent depends on; none if the account does not exist.
    async fn parent_facts(&self, parent: UserId) -> Result<Option<ParentFacts>, RepositoryError>;

    /// Creates a child's account and an active guardianship over it. MUST answer `Conflict` if the parent would
    /// exceed the limit.
    async fn create_child(&self, plan: ChildPlan) -> Result<ChildRecord, RepositoryError>;

    /// Returns the facts that an invitation of the student with an address depends on.
    async fn invitation_facts(&self, parent: UserId, email: EmailAddress) -> Result<InvitationFacts, RepositoryError>;

    /// Invites a student. MUST answer `Conflict` if an open guardianship between the two exists, one was closed
    /// too recently, the parent would exceed the limit, or one of them has blocked the other.
    async fn invite(&self, plan: InvitationPlan) -> Result<ChildRecord, RepositoryError>;

    /// Returns a guardianship in any status.
    async fn find(&self, id: GuardianshipId) -> Result<Option<GuardianshipFacts>, RepositoryError>;

    /// Returns the open guardianship of a parent over a student.
    async fn find_open(&self, parent: UserId, student: StudentId)
    -> Result<Option<GuardianshipFacts>, RepositoryError>;

    /// Writes a transition. The end of a guardianship MUST also expire the pending requests that the parent sent
    /// for the student, and revoke the open claim codes that the parent issued for the student.
    async fn apply(&self, plan: TransitionPlan) -> Result<(), RepositoryError>;

    /// Returns a page of a parent's open guardianships, newest first, and their total number.
    async fn children(&self, parent: UserId, page: PageRequest) -> Result<(Page<ChildRecord>, i64), RepositoryError>;

    /// Returns a page of the guardianships over a student and their total number: in ascending
    /// [`list_rank`](super::GuardianshipStatus::list_rank), newest first within a rank.
    async fn guardians(&self, student: StudentId, page: PageRequest) -> Result<(Page<Guardian>, i64), RepositoryError>;

    /// Stores a claim code and revokes the account's earlier ones. MUST answer `Conflict` if the facts about
    /// the guardianship have changed.
    async fn issue_claim_code(&self, plan: ClaimCodePlan) -> Result<(), RepositoryError>;

    /// Returns the facts about the claim code with a digest.
    async fn find_claim(&self, code_digest: String) -> Result<Option<ClaimFacts>, RepositoryError>;

    /// Gives an account its login, marks the code used and signs the device in. All ids stay the same. MUST answer
    /// `Conflict` if the code is no longer valid or the account has a login.
    async fn claim(
        &self,
        plan: ClaimPlan,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), ClaimError>;
}
