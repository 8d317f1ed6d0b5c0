//! Rows of sessions, and of the courses that they belong to.

use std::collections::{BTreeMap, BTreeSet};

use astegni_domain::ids::{CourseId, RequestId, SessionId, StudentId, TutorId, UserId};
use astegni_domain::schedule::{Cancellation, Occurrence, Parties, Session, TimeSlot, cancellation_notice};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text, Time, Timestamp};

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::sessions;
use crate::statement::{self, Statement};

/// The columns of [`SessionRow`].
pub(super) const COLUMNS: &str = "id, enrolled_courses_id, series_index, tutor_user_id, student_user_id, session_date, \
    start_time, end_time, time_zone, series_date, is_exception, rescheduled_at, starts_at, ends_at, dst, topics, \
    topics_covered, session_mode, location, status, priority_level, cancelled_at, cancelled_by_user_id, \
    cancellation_reason, cancelled_late, version, created_at, updated_at";

/// The SQL type of [`SessionRow`].
#[rustfmt::skip]
pub(super) type SessionColumns = (
    BigInt, BigInt, Integer, BigInt, BigInt, Date,
    Time, Time, Text, Date, Bool, Nullable<Timestamp>, Timestamp, Timestamp, Nullable<Text>, Text,
    Text, Text, Nullable<Text>, Text, Text, Nullable<Timestamp>, Nullable<BigInt>,
    Nullable<Text>, Bool, Integer, Timestamp, Timestamp,
);

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub(super) struct SessionRow {
    pub(super) id: i64,
    pub(super) enrolled_courses_id: i64,
    series_index: i32,
    pub(super) tutor_user_id: i64,
    pub(super) student_user_id: i64,
    session_date: NaiveDate,
    start_time: NaiveTime,
    end_time: NaiveTime,
    time_zone: String,
    series_date: NaiveDate,
    is_exception: bool,
    rescheduled_at: Option<NaiveDateTime>,
    pub(super) starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    dst: Option<String>,
    topics: String,
    topics_covered: String,
    session_mode: String,
    location: Option<String>,
    status: String,
    priority_level: String,
    cancelled_at: Option<NaiveDateTime>,
    cancelled_by_user_id: Option<i64>,
    cancellation_reason: Option<String>,
    cancelled_late: bool,
    version: i32,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Completes sessions with their courses.
pub(super) fn complete(conn: &mut AnyConnection, rows: Vec<SessionRow>) -> Result<Vec<Session>, StoreError> {
    let courses = Courses::of(conn, &rows)?;
    rows.into_iter().map(|row| courses.complete(row)).collect()
}

/// The properties that all sessions of a course share.
#[derive(Queryable)]
struct CourseRow {
    id: i64,
    tutor_id: i64,
    student_id: i64,
    request_id: i64,
    package_name: Option<String>,
    tutor_name: String,
    student_name: String,
    cancellation_notice_hours: Option<i32>,
    minimum_notice_hours: Option<i32>,
}

type CourseColumns = (BigInt, BigInt, BigInt, BigInt, Nullable<Text>, Text, Text, Nullable<Integer>, Nullable<Integer>);

impl CourseRow {
    fn cancellation_notice(&self) -> TimeDelta {
        let hours = |value: i32| u16::try_from(value).unwrap_or(u16::MAX);
        let minimum = self.minimum_notice_hours.map(hours).unwrap_or_default();
        cancellation_notice(self.cancellation_notice_hours.map(hours), minimum)
    }
}

/// Courses by id.
pub(super) struct Courses(BTreeMap<i64, CourseRow>);

impl Courses {
    /// Loads the courses of some sessions.
    pub(super) fn of<'a>(
        conn: &mut AnyConnection,
        sessions: impl IntoIterator<Item = &'a SessionRow>,
    ) -> Result<Self, StoreError> {
        /// The maximum number of courses per statement.
        const MAX: usize = 128;
        let ids: BTreeSet<i64> = sessions.into_iter().map(|session| session.enrolled_courses_id).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut courses = BTreeMap::new();
        for ids in ids.chunks(MAX) {
            let places = vec!["?"; statement::padded(ids.len())].join(",");
            let text = format!(
                "SELECT c.id, c.tutor_id, c.student_id, c.request_id, r.package_name, t.display_name, s.display_name, \
                 a.cancellation_notice_hours, a.minimum_notice_hours \
                 FROM enrolled_courses c JOIN requested_sessions r ON r.id = c.request_id \
                 JOIN tutor_profiles tp ON tp.id = c.tutor_id JOIN users t ON t.id = tp.user_id \
                 JOIN student_profiles sp ON sp.id = c.student_id JOIN users s ON s.id = sp.user_id \
                 LEFT JOIN tutor_availability a ON a.user_id = tp.user_id \
                 WHERE c.id IN ({places})"
            );
            let padding = std::iter::repeat_n(0, statement::padded(ids.len()) - ids.len());
            let keys = ids.iter().copied().chain(padding);
            let rows: Vec<CourseRow> = Statement::<CourseColumns>::new(text).bind_all(keys).load(conn)?;
            courses.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok(Self(courses))
    }

    /// Completes a session.
    pub(super) fn complete(&self, row: SessionRow) -> Result<Session, StoreError> {
        let course = self.0.get(&row.enrolled_courses_id).ok_or_else(|| StoreError::Corrupt {
            column: "sessions.enrolled_courses_id",
            value: row.enrolled_courses_id.to_string(),
        })?;
        let slot = TimeSlot::overnight(row.start_time, row.end_time)
            .map_err(|_| StoreError::Corrupt { column: "sessions.end_time", value: row.end_time.to_string() })?;
        let cancellation = row.cancelled_at.zip(row.cancelled_by_user_id).map(|(at, by)| Cancellation {
            at: instant(at),
            by: UserId::new(by),
            reason: row.cancellation_reason,
            is_late: row.cancelled_late,
        });
        Ok(Session {
            id: SessionId::new(row.id),
            course_id: CourseId::new(row.enrolled_courses_id),
            request_id: RequestId::new(course.request_id),
            series_index: row.series_index,
            parties: Parties { tutor: UserId::new(row.tutor_user_id), student: UserId::new(row.student_user_id) },
            tutor_id: TutorId::new(course.tutor_id),
            tutor_name: course.tutor_name.clone(),
            student_id: StudentId::new(course.student_id),
            student_name: course.student_name.clone(),
            package_name: course.package_name.clone(),
            occurrence: Occurrence {
                date: row.session_date,
                slot,
                starts_at: instant(row.starts_at),
                ends_at: instant(row.ends_at),
                dst: columns::parse_optional_column("sessions.dst", row.dst.as_deref())?,
            },
            time_zone: columns::zone("sessions.time_zone", &row.time_zone)?,
            series_date: row.series_date,
            is_exception: row.is_exception,
            rescheduled_at: row.rescheduled_at.map(instant),
            topics: columns::strings("sessions.topics", &row.topics)?,
            topics_covered: columns::strings("sessions.topics_covered", &row.topics_covered)?,
            mode: columns::parse_column("sessions.session_mode", &row.session_mode)?,
            location: row.location,
            status: columns::parse_column("sessions.status", &row.status)?,
            cancellation,
            cancellation_notice: course.cancellation_notice(),
            priority: columns::parse_column("sessions.priority_level", &row.priority_level)?,
            version: row.version,
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
        })
    }
}
