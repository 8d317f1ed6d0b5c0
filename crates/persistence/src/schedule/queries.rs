//! [`SessionQueries`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::{CourseId, RequestId, SessionId, StudentId, TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::schedule::{
    Occurrence, Parties, Session, SessionFilter, SessionQueries, SessionStatus, Side, StatusTotal, TimeSlot,
};
use async_trait::async_trait;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{enrolled_courses, guardianships, requested_sessions, sessions, student_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: i64,
    enrolled_courses_id: i64,
    series_index: i32,
    tutor_user_id: i64,
    student_user_id: i64,
    session_date: NaiveDate,
    start_time: NaiveTime,
    end_time: NaiveTime,
    time_zone: String,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    dst: Option<String>,
    topics: String,
    topics_covered: String,
    session_mode: String,
    location: Option<String>,
    status: String,
    priority_level: String,
    version: i32,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// The tutor's and the student's profile, the request, the names of the package, the tutor and the student.
type JoinedColumns = (i64, i64, i64, Option<String>, String, String);

fn session((row, joined): (SessionRow, JoinedColumns)) -> Result<Session, StoreError> {
    let (tutor_id, student_id, request_id, package_name, tutor_name, student_name) = joined;
    let slot = TimeSlot::new(row.start_time, row.end_time)
        .map_err(|_| StoreError::Corrupt { column: "sessions.end_time", value: row.end_time.to_string() })?;
    Ok(Session {
        id: SessionId::new(row.id),
        course_id: CourseId::new(row.enrolled_courses_id),
        request_id: RequestId::new(request_id),
        series_index: row.series_index,
        parties: Parties { tutor: UserId::new(row.tutor_user_id), student: UserId::new(row.student_user_id) },
        tutor_id: TutorId::new(tutor_id),
        tutor_name,
        student_id: StudentId::new(student_id),
        student_name,
        package_name,
        occurrence: Occurrence {
            date: row.session_date,
            slot,
            starts_at: instant(row.starts_at),
            ends_at: instant(row.ends_at),
            dst: columns::parse_optional_column("sessions.dst", row.dst.as_deref())?,
        },
        time_zone: columns::zone("sessions.time_zone", &row.time_zone)?,
        topics: columns::strings("sessions.topics", &row.topics)?,
        topics_covered: columns::strings("sessions.topics_covered", &row.topics_covered)?,
        mode: columns::parse_column("sessions.session_mode", &row.session_mode)?,
        location: row.location,
        status: columns::parse_column("sessions.status", &row.status)?,
        priority: columns::parse_column("sessions.priority_level", &row.priority_level)?,
        version: row.version,
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
}

/// A scan of the sessions visible from one side.
#[derive(Clone, Copy)]
struct SessionScan {
    filter: SessionFilter,
    /// The only session to return.
    id: Option<i64>,
    after: Option<Keyset>,
    limit: i64,
}

#[async_trait]
impl SessionQueries for Database {
    async fn list(
        &self,
        viewer: UserId,
        filter: SessionFilter,
        page: PageRequest,
    ) -> Result<Page<Session>, RepositoryError> {
        let scan = SessionScan { filter, id: None, after: page.after, limit: page.size.overread() };
        let found = self.read(move |conn| load(conn, viewer.get(), scan)).await?;
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
        let scan = SessionScan { filter: SessionFilter::ALL, id: Some(id.get()), after: None, limit: 1 };
        let found = self.read(move |conn| load(conn, viewer.get(), scan)).await?;
        Ok(found.into_iter().next())
    }
}

fn keyset(session: &Session) -> Keyset {
    Keyset { sort: session.occurrence.starts_at.timestamp_micros(), id: session.id.get() }
}

/// Returns the first sessions that a viewer sees from any side of the perspective, without duplicates.
fn load(conn: &mut AnyConnection, viewer: i64, scan: SessionScan) -> Result<Vec<Session>, StoreError> {
    let mut found = Vec::new();
    for side in scan.filter.perspective.sides() {
        found.extend(load_side(conn, viewer, *side, scan)?);
    }
    found.sort_by_key(keyset);
    found.dedup_by_key(|session| session.id);
    found.truncate(usize::try_from(scan.limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Returns the first sessions that a viewer sees from one side, as `Side::shows` and `SessionFilter::admits` define.
fn load_side(conn: &mut AnyConnection, viewer: i64, side: Side, scan: SessionScan) -> Result<Vec<Session>, StoreError> {
    let (tutors, students) = diesel::alias!(users as tutors, users as students);
    let mut query = sessions::table
        .inner_join(enrolled_courses::table.inner_join(requested_sessions::table))
        .inner_join(tutors.on(tutors.field(users::id).eq(sessions::tutor_user_id)))
        .inner_join(students.on(students.field(users::id).eq(sessions::student_user_id)))
        .select((
            SessionRow::as_select(),
            (
                enrolled_courses::tutor_id,
                enrolled_courses::student_id,
                enrolled_courses::request_id,
                requested_sessions::package_name,
                tutors.field(users::display_name),
                students.field(users::display_name),
            ),
        ))
        .order((sessions::starts_at, sessions::id))
        .limit(scan.limit)
        .into_boxed();
    query = match side {
        Side::Teaching => query.filter(sessions::tutor_user_id.eq(viewer)),
        Side::Learning => query.filter(sessions::student_user_id.eq(viewer)),
        Side::Guarding => {
            let wards = guardianships::table
                .inner_join(student_profiles::table)
                .filter(guardianships::parent_user_id.eq(viewer))
                .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
                .select(student_profiles::user_id);
            query.filter(sessions::student_user_id.eq_any(wards))
        }
    };
    let SessionFilter { from, to, status, student, .. } = scan.filter;
    if let Some(from) = from {
        // The first condition follows from the second; it lets the database use the index.
        let from = from.naive_utc();
        query = query.filter(sessions::starts_at.gt(from - TimeSlot::MAX_DURATION)).filter(sessions::ends_at.gt(from));
    }
    if let Some(to) = to {
        query = query.filter(sessions::starts_at.lt(to.naive_utc()));
    }
    if let Some(status) = status.map(SessionStatus::as_str) {
        query = query.filter(sessions::status.eq(status));
    }
    if let Some(student) = student {
        query = query.filter(enrolled_courses::student_id.eq(student.get()));
    }
    if let Some(id) = scan.id {
        query = query.filter(sessions::id.eq(id));
    }
    if let Some(after) = scan.after {
        let starts_at = columns::instant_of(after.sort);
        let behind =
            sessions::starts_at.gt(starts_at).or(sessions::starts_at.eq(starts_at).and(sessions::id.gt(after.id)));
        query = query.filter(behind);
    }
    query.load::<(SessionRow, JoinedColumns)>(conn)?.into_iter().map(session).collect()
}
