//! [`FamilyRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{EmailAddress, NewDevice, RefreshToken, User};
use astegni_domain::families::{
    ChildPlan, ChildRecord, ClaimCodePlan, ClaimError, ClaimFacts, ClaimPlan, Evidence, FamilyRepository, Guardian,
    GuardianshipFacts, GuardianshipStatus, InvitationFacts, InvitationPlan, Origin, ParentFacts, TransitionPlan,
};
use astegni_domain::ids::{DeviceId, GuardianshipId, StudentId, UserId};
use astegni_domain::page::{Page, PageRequest};
use async_trait::async_trait;
use diesel::prelude::*;

use super::facts::{self, Selection};
use super::{claims, queries, transitions};
use crate::Database;
use crate::accounts::insert_account;
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect::{self, LockMode};
use crate::error::{StoreError, UniqueKey};
use crate::events;
use crate::schema::{guardianships, student_profiles};

#[async_trait]
impl FamilyRepository for Database {
    async fn parent_facts(&self, parent: UserId) -> Result<Option<ParentFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::parent(conn, parent)).await?)
    }

    async fn create_child(&self, plan: ChildPlan) -> Result<ChildRecord, RepositoryError> {
        Ok(self.write(move |conn| create_child(conn, plan)).await?)
    }

    async fn invitation_facts(&self, parent: UserId, email: EmailAddress) -> Result<InvitationFacts, RepositoryError> {
        Ok(self.read(move |conn| facts::invitation(conn, parent, &email)).await?)
    }

    async fn invite(&self, plan: InvitationPlan) -> Result<ChildRecord, RepositoryError> {
        Ok(self.write(move |conn| invite(conn, &plan)).await?)
    }

    async fn find(&self, id: GuardianshipId) -> Result<Option<GuardianshipFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::load(conn, Selection::Id(id))).await?.pop())
    }

    async fn find_open(
        &self,
        parent: UserId,
        student: StudentId,
    ) -> Result<Option<GuardianshipFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::load(conn, Selection::Open(parent, student))).await?.pop())
    }

    async fn apply(&self, plan: TransitionPlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| transitions::apply(conn, &plan)).await?)
    }

    async fn children(&self, parent: UserId, page: PageRequest) -> Result<(Page<ChildRecord>, i64), RepositoryError> {
        Ok(self.read(move |conn| queries::children(conn, parent, page)).await?)
    }

    async fn guardians(&self, student: StudentId, page: PageRequest) -> Result<(Page<Guardian>, i64), RepositoryError> {
        Ok(self.read(move |conn| queries::guardians(conn, student, page)).await?)
    }

    async fn issue_claim_code(&self, plan: ClaimCodePlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| claims::issue(conn, plan)).await?)
    }

    async fn find_claim(&self, code_digest: String) -> Result<Option<ClaimFacts>, RepositoryError> {
        Ok(self.read(move |conn| claims::find(conn, &code_digest)).await?)
    }

    async fn claim(
        &self,
        plan: ClaimPlan,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), ClaimError> {
        let claimed = self.write(move |conn| claims::claim(conn, &plan, device, &token));
        claimed.await.map_err(|error| match error {
            StoreError::UniqueViolation(UniqueKey::UsersEmail) => ClaimError::EmailTaken,
            error => ClaimError::Repository(error.into()),
        })
    }
}

fn create_child(conn: &mut AnyConnection, plan: ChildPlan) -> Result<ChildRecord, StoreError> {
    let parent = plan.evidence.by;
    dialect::lock_account(conn, parent.get())?;
    let user = insert_account(conn, plan.account)?;
    let student = user.profiles.student.ok_or(StoreError::Conflict)?;
    diesel::update(student_profiles::table.find(student.get()))
        .set(student_profiles::grade_level.eq(plan.grade_level))
        .execute(conn)?;
    let child = insert(conn, student, GuardianshipStatus::Active, Origin::Created, &plan.evidence)?;
    guard_limit(conn, parent, plan.max_children)?;
    Ok(child)
}

fn invite(conn: &mut AnyConnection, plan: &InvitationPlan) -> Result<ChildRecord, StoreError> {
    let parent = plan.evidence.by;
    dialect::lock_relations(conn, vec![(parent.get(), LockMode::Share), (plan.student_user.get(), LockMode::Share)])?;
    dialect::lock_account(conn, parent.get())?;
    if connections::has_block(conn, parent, plan.student_user)? {
        return Err(StoreError::Conflict);
    }
    let child = insert(conn, plan.student, GuardianshipStatus::Invited, Origin::Invited, &plan.evidence)?;
    // The insertion has waited for the end of an open guardianship, which only a query after it sees.
    let last_closed_at = facts::last_closed_at(conn, parent, plan.student)?;
    if last_closed_at > Some(plan.none_closed_after.naive_utc()) {
        return Err(StoreError::Conflict);
    }
    guard_limit(conn, parent, plan.max_children)?;
    events::append(conn, &plan.events(child.guardianship.id))?;
    Ok(child)
}

/// Adds a guardianship. The caller holds the lock on the parent's account, so that it is the parent's newest.
fn insert(
    conn: &mut AnyConnection,
    student: StudentId,
    status: GuardianshipStatus,
    origin: Origin,
    evidence: &Evidence,
) -> Result<ChildRecord, StoreError> {
    diesel::insert_into(guardianships::table)
        .values((
            guardianships::parent_user_id.eq(evidence.by.get()),
            guardianships::student_id.eq(student.get()),
            guardianships::status.eq(status.as_str()),
            guardianships::origin.eq(origin.as_str()),
            guardianships::created_at.eq(evidence.at.naive_utc()),
            guardianships::created_from.eq(evidence.address.as_deref()),
        ))
        .execute(conn)?;
    queries::newest_child(conn, evidence.by)
}

/// Makes sure that a parent has no more open guardianships than allowed. The caller holds the lock on the parent's
/// account.
fn guard_limit(conn: &mut AnyConnection, parent: UserId, max_children: u16) -> Result<(), StoreError> {
    if facts::open_children(conn, parent)? > i64::from(max_children) { Err(StoreError::Conflict) } else { Ok(()) }
}
