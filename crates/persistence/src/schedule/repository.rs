//! [`SessionRepository`] and [`CalendarQueries`] on Diesel.

use std::ops::Range;

use astegni_domain::RepositoryError;
use astegni_domain::ids::{CourseId, SessionId, UserId};
use astegni_domain::schedule::{
    AdditionPlan, BusyTimes, CalendarQueries, ChangeFacts, CourseFacts, Parties, Scope, SessionChangePlan,
    SessionRepository,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{addition, calendar, changes, facts};
use crate::Database;

#[async_trait]
impl SessionRepository for Database {
    async fn change_facts(
        &self,
        user: UserId,
        id: SessionId,
        scope: Scope,
    ) -> Result<Option<ChangeFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::change_facts(conn, user, id, scope)).await?)
    }

    async fn change(&self, plan: SessionChangePlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| changes::change(conn, &plan)).await?)
    }

    async fn course_facts(&self, course: CourseId) -> Result<Option<CourseFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::course_facts(conn, course)).await?)
    }

    async fn add(&self, plan: AdditionPlan) -> Result<SessionId, RepositoryError> {
        Ok(self.write(move |conn| addition::add(conn, &plan)).await?)
    }

    async fn resolved_under_other_rules(
        &self,
        rules: &str,
        now: DateTime<Utc>,
        after: SessionId,
        limit: usize,
    ) -> Result<Vec<ChangeFacts>, RepositoryError> {
        let rules = rules.to_owned();
        Ok(self.read(move |conn| facts::resolved_under_other_rules(conn, &rules, now, after, limit)).await?)
    }

    async fn confirm_rules(&self, sessions: Vec<(SessionId, i32)>, rules: &str) -> Result<(), RepositoryError> {
        let rules = rules.to_owned();
        Ok(self.write(move |conn| facts::confirm_rules(conn, &sessions, &rules)).await?)
    }
}

#[async_trait]
impl CalendarQueries for Database {
    async fn busy_times(&self, parties: Parties, time: Range<DateTime<Utc>>) -> Result<BusyTimes, RepositoryError> {
        Ok(self.read(move |conn| calendar::busy_times(conn, parties, &time)).await?)
    }
}
