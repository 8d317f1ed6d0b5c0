//! [`SessionQueries`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{SessionId, StudentId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{HistoryEntry, Parties, Session, SessionFilter, SessionQueries, Side, StatusTotal};
use async_trait::async_trait;
use chrono_tz::Tz;
use diesel::prelude::*;
use strum::VariantArray;

use super::history;
use super::rows::{self, SessionRow};
use super::scan::{SessionScan, keyset};
use crate::Database;
use crate::columns;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::families;
use crate::schema::{enrolled_courses, sessions, student_profiles, users};

#[async_trait]
impl SessionQueries for Database {
    async fn list(
        &self,
        viewer: UserId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError> {
        let limit = usize::try_from(page.size.overread()).unwrap_or(usize::MAX);
        let found = self.sessions(SessionScan { viewer, filter, after: page.after, limit }).await?;
        Ok(Page::from_overread(found, page.size, keyset))
    }

    async fn totals(&self, tutor: UserId, student: StudentId) -> Result<Vec<StatusTotal>, RepositoryError> {
        let totals = self.read(move |conn| {
            let rows: Vec<(String, i64, Option<i64>)> = sessions::table
                .inner_join(enrolled_courses::table)
                .filter(sessions::tutor_user_id.eq(tutor.get()))
                .filter(enrolled_courses::student_id.eq(student.get()))
                .group_by(sessions::status)
                .select((sessions::status, diesel::dsl::count_star(), diesel::dsl::sum(sessions::duration)))
                .load(conn)?;
            rows.into_iter()
                .map(|(status, sessions, minutes)| {
                    let status = columns::parse_column("sessions.status", &status)?;
                    Ok(StatusTotal { status, sessions, minutes: minutes.unwrap_or_default() })
                })
                .collect()
        });
        Ok(totals.await?)
    }

    async fn find(&self, viewer: UserId, id: SessionId) -> Result<Option<Session>, RepositoryError> {
        let found = self.read(move |conn| {
            let row = find(conn, viewer, id)?;
            Ok(rows::complete(conn, row.into_iter().collect())?.pop())
        });
        Ok(found.await?)
    }

    async fn history(&self, id: SessionId, page: PageRequest) -> Result<Page<HistoryEntry>, RepositoryError> {
        Ok(self.read(move |conn| history::page(conn, id, page)).await?)
    }

    async fn zone_of(&self, user: UserId) -> Result<Tz, RepositoryError> {
        let zone = self.read(move |conn| {
            let zone: Option<String> = users::table.find(user.get()).select(users::time_zone).first(conn).optional()?;
            let zone = zone.ok_or_else(|| StoreError::missing_row("users", user.get()))?;
            columns::zone("users.time_zone", &zone)
        });
        Ok(zone.await?)
    }

    async fn guards(&self, user: UserId, student: StudentId) -> Result<bool, RepositoryError> {
        Ok(self.read(move |conn| families::is_guardian(conn, user, student)).await?)
    }

    async fn student_for(&self, viewer: UserId, student: StudentId) -> Result<Option<UserId>, RepositoryError> {
        let account = self.read(move |conn| {
            let account: Option<i64> =
                student_profiles::table.find(student.get()).select(student_profiles::user_id).first(conn).optional()?;
            let Some(account) = account.map(UserId::new) else { return Ok(None) };
            let may_know = account == viewer || families::is_guardian(conn, viewer, student)?;
            Ok(Some(account).filter(|_| may_know))
        });
        Ok(account.await?)
    }
}

/// Returns the row of a session if any side shows it to the viewer.
pub(super) fn find(conn: &mut AnyConnection, viewer: UserId, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    let row: Option<SessionRow> =
        sessions::table.find(id.get()).select(SessionRow::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let parties = Parties { tutor: UserId::new(row.tutor_user_id), student: UserId::new(row.student_user_id) };
    let guards_student = !parties.includes(viewer) && families::is_active_guardian(conn, viewer, parties.student)?;
    let is_shown = Side::VARIANTS.iter().any(|side| side.shows(parties, viewer, guards_student));
    Ok(Some(row).filter(|_| is_shown))
}
