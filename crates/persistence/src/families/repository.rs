//! [`FamilyRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{EmailAddress, NewAccount, NewDevice, RefreshToken, User};
use astegni_domain::families::{
    Child, Claim, ClaimError, Evidence, FamilyRepository, Guardian, Guardianship, GuardianshipPlan, GuardianshipStatus,
    Origin,
};
use astegni_domain::ids::{DeviceId, GuardianshipId, StudentId, UserId};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::queries::{GuardianshipRow, children, guardians, guardianship};
use super::{claims, ending};
use crate::Database;
use crate::accounts::insert_account;
use crate::connection::AnyConnection;
use crate::error::{StoreError, UniqueKey};
use crate::schema::{guardianships, student_profiles, users};

#[async_trait]
impl FamilyRepository for Database {
    async fn create_child(
        &self,
        parent: UserId,
        account: NewAccount,
        grade_level: Option<String>,
        from_address: Option<String>,
    ) -> Result<Child, RepositoryError> {
        let created = self.write(move |conn| {
            let at = account.created_at;
            let user = insert_account(conn, account)?;
            let student = user.profiles.student.ok_or(StoreError::Conflict)?;
            diesel::update(student_profiles::table.find(student.get()))
                .set(student_profiles::grade_level.eq(grade_level))
                .execute(conn)?;
            let id: i64 = diesel::insert_into(guardianships::table)
                .values((
                    guardianships::parent_user_id.eq(parent.get()),
                    guardianships::student_id.eq(student.get()),
                    guardianships::status.eq(GuardianshipStatus::Active.as_str()),
                    guardianships::origin.eq(Origin::Created.as_str()),
                    guardianships::created_at.eq(at.naive_utc()),
                    guardianships::created_from.eq(from_address),
                ))
                .returning(guardianships::id)
                .get_result(conn)?;
            one(conn, parent, id)
        });
        Ok(created.await?)
    }

    async fn find_student(&self, email: EmailAddress) -> Result<Option<(UserId, StudentId)>, RepositoryError> {
        let found: Option<(i64, i64)> = self
            .read(move |conn| {
                Ok(users::table
                    .inner_join(student_profiles::table)
                    .filter(users::email.eq(email.as_str()))
                    .filter(users::is_active.eq(true))
                    .select((users::id, student_profiles::id))
                    .first(conn)
                    .optional()?)
            })
            .await?;
        Ok(found.map(|(user, student)| (UserId::new(user), StudentId::new(student))))
    }

    async fn invite(&self, parent: UserId, student: StudentId, at: DateTime<Utc>) -> Result<Child, RepositoryError> {
        let invited = self.write(move |conn| {
            let id: i64 = diesel::insert_into(guardianships::table)
                .values((
                    guardianships::parent_user_id.eq(parent.get()),
                    guardianships::student_id.eq(student.get()),
                    guardianships::status.eq(GuardianshipStatus::Invited.as_str()),
                    guardianships::origin.eq(Origin::Invited.as_str()),
                    guardianships::created_at.eq(at.naive_utc()),
                ))
                .returning(guardianships::id)
                .get_result(conn)?;
            one(conn, parent, id)
        });
        Ok(invited.await?)
    }

    async fn find(&self, id: GuardianshipId) -> Result<Option<Guardianship>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<GuardianshipRow> =
                    guardianships::table.find(id.get()).select(GuardianshipRow::as_select()).first(conn).optional()?;
                row.as_ref().map(guardianship).transpose()
            })
            .await?)
    }

    async fn find_open(&self, parent: UserId, student: StudentId) -> Result<Option<Guardianship>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<GuardianshipRow> = guardianships::table
                    .filter(guardianships::parent_user_id.eq(parent.get()))
                    .filter(guardianships::student_id.eq(student.get()))
                    .filter(guardianships::status.eq_any(["invited", "active"]))
                    .select(GuardianshipRow::as_select())
                    .first(conn)
                    .optional()?;
                row.as_ref().map(guardianship).transpose()
            })
            .await?)
    }

    async fn apply(&self, plan: GuardianshipPlan) -> Result<(), RepositoryError> {
        let applied = self.write(move |conn| {
            if plan.to == GuardianshipStatus::Ended {
                return ending::end(conn, plan.id, &Evidence { by: plan.by, at: plan.at, address: plan.from_address });
            }
            let seen = guardianships::table.find(plan.id.get()).filter(guardianships::status.eq(plan.from.as_str()));
            let moved = diesel::update(seen)
                .set((
                    guardianships::status.eq(plan.to.as_str()),
                    guardianships::responded_by.eq(Some(plan.by.get())),
                    guardianships::responded_at.eq(Some(plan.at.naive_utc())),
                    guardianships::responded_from.eq(plan.from_address),
                ))
                .execute(conn)?;
            if moved == 0 { Err(StoreError::Conflict) } else { Ok(()) }
        });
        Ok(applied.await?)
    }

    async fn children(&self, parent: UserId) -> Result<Vec<Child>, RepositoryError> {
        Ok(self.read(move |conn| children(conn, parent, None)).await?)
    }

    async fn guardians(&self, student: StudentId) -> Result<Vec<Guardian>, RepositoryError> {
        Ok(self.read(move |conn| guardians(conn, student)).await?)
    }

    async fn keep_claim_code(
        &self,
        student: StudentId,
        by: UserId,
        code_digest: String,
        at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let kept = self
            .write(move |conn| claims::keep(conn, student, by, &code_digest, at.naive_utc(), expires_at.naive_utc()));
        Ok(kept.await?)
    }

    async fn claim(
        &self,
        claim: Claim,
        device: NewDevice,
        token: RefreshToken,
    ) -> Result<(User, DeviceId), ClaimError> {
        let claimed = self.write(move |conn| claims::claim(conn, &claim, device, &token));
        claimed.await.map_err(|error| match error {
            StoreError::UniqueViolation(UniqueKey::UsersEmail) => ClaimError::EmailTaken,
            StoreError::Conflict => ClaimError::InvalidCode,
            error => ClaimError::Repository(error.into()),
        })
    }
}

fn one(conn: &mut AnyConnection, parent: UserId, id: i64) -> Result<Child, StoreError> {
    children(conn, parent, Some(id))?.pop().ok_or(StoreError::Conflict)
}
