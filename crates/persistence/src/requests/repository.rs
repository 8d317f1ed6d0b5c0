//! [`RequestRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{CourseId, RequestId, UserId};
use astegni_domain::requests::{
    AcceptancePlan, AnswerPlan, CreationFacts, CreationPlan, CreationQuery, RequestRepository, SentRequest,
    SessionRequest, WithdrawalFacts,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::rows::{self, RequestRow};
use super::{accept, create, expire, facts};
use crate::Database;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::families;
use crate::schema::{requested_sessions, student_profiles, tutor_profiles};

#[async_trait]
impl RequestRepository for Database {
    async fn creation_facts(&self, query: CreationQuery) -> Result<CreationFacts, RepositoryError> {
        Ok(self.read(move |conn| facts::load(conn, &query)).await?)
    }

    async fn create(&self, plan: CreationPlan) -> Result<SentRequest, RepositoryError> {
        Ok(self.write(move |conn| create::apply(conn, &plan)).await?)
    }

    async fn find(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<SessionRequest>, RepositoryError> {
        Ok(self.read(move |conn| find(conn, id, now)).await?)
    }

    async fn withdrawal_facts(
        &self,
        id: RequestId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<WithdrawalFacts>, RepositoryError> {
        let facts = self.read(move |conn| {
            let Some(request) = find(conn, id, now)? else { return Ok(None) };
            let is_guardian = families::is_guardian(conn, user, request.student_id)?;
            Ok(Some(WithdrawalFacts { request, is_guardian }))
        });
        Ok(facts.await?)
    }

    async fn answer(&self, plan: AnswerPlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| accept::answer(conn, &plan)).await?)
    }

    async fn accept(&self, plan: AcceptancePlan) -> Result<CourseId, RepositoryError> {
        Ok(self.write(move |conn| accept::accept(conn, &plan)).await?)
    }

    async fn expire_overdue(&self, now: DateTime<Utc>) -> Result<bool, RepositoryError> {
        Ok(self.write(move |conn| expire::expire_overdue(conn, now)).await?)
    }
}

fn find(conn: &mut AnyConnection, id: RequestId, now: DateTime<Utc>) -> Result<Option<SessionRequest>, StoreError> {
    let row: Option<(RequestRow, i64, i64)> = requested_sessions::table
        .inner_join(tutor_profiles::table)
        .inner_join(student_profiles::table)
        .filter(requested_sessions::id.eq(id.get()))
        .select((RequestRow::as_select(), tutor_profiles::user_id, student_profiles::user_id))
        .first(conn)
        .optional()?;
    row.map(|(row, tutor, student)| rows::request(row, tutor, student, now)).transpose()
}
