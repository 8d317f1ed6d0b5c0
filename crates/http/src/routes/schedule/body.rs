//! The response body of a session.

use astegni_domain::schedule::{Dst, Session};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A tutoring session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    id: i64,
    enrolled_courses_id: i64,
    request_id: i64,
    /// Place in the series, from 0.
    series_index: i32,
    /// Id of the tutor profile.
    tutor_id: i64,
    tutor_name: String,
    /// Id of the student profile.
    student_id: i64,
    student_name: String,
    package_name: Option<String>,
    /// Civil date `YYYY-MM-DD` in `time_zone`.
    session_date: String,
    /// Wall-clock time `HH:MM:SS` in `time_zone`.
    start_time: String,
    /// Wall-clock time `HH:MM:SS` in `time_zone`.
    end_time: String,
    /// IANA name of the zone of the wall-clock times.
    time_zone: &'static str,
    /// RFC 3339 instant in UTC of the start.
    starts_at: String,
    /// RFC 3339 instant in UTC of the end, exclusive.
    ends_at: String,
    /// Duration in minutes.
    duration: i64,
    /// Topics planned for the session.
    topics: Vec<String>,
    topics_covered: Vec<String>,
    /// `online`, `in_person` or `hybrid`.
    session_mode: &'static str,
    location: Option<String>,
    /// `scheduled`, `in_progress`, `completed`, `cancelled` or `no_show`.
    status: &'static str,
    /// `low`, `medium`, `high` or `urgent`.
    priority_level: &'static str,
    /// Number of changes since creation.
    version: i32,
    /// `gap` or `overlap` if a clock change affects the start.
    dst: Option<&'static str>,
    /// Actions that the caller may take on the session.
    allowed_actions: Vec<&'static str>,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
}

impl From<Session> for SessionBody {
    fn from(session: Session) -> Self {
        let occurrence = session.occurrence;
        Self {
            id: session.id.get(),
            enrolled_courses_id: session.course_id.get(),
            request_id: session.request_id.get(),
            series_index: session.series_index,
            tutor_id: session.tutor_id.get(),
            tutor_name: session.tutor_name,
            student_id: session.student_id.get(),
            student_name: session.student_name,
            package_name: session.package_name,
            session_date: wire::date(occurrence.date),
            start_time: wire::time(occurrence.slot.start()),
            end_time: wire::time(occurrence.slot.end()),
            time_zone: session.time_zone.name(),
            starts_at: wire::instant(occurrence.starts_at),
            ends_at: wire::instant(occurrence.ends_at),
            duration: occurrence.slot.duration().num_minutes(),
            topics: session.topics,
            topics_covered: session.topics_covered,
            session_mode: session.mode.as_str(),
            location: session.location,
            status: session.status.as_str(),
            priority_level: session.priority.as_str(),
            version: session.version,
            dst: occurrence.dst.map(Dst::as_str),
            allowed_actions: Vec::new(),
            created_at: wire::instant(session.created_at),
            updated_at: wire::instant(session.updated_at),
        }
    }
}
