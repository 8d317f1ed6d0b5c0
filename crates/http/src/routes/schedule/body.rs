//! A session on the wire.

use astegni_domain::schedule::{Dst, Session, minutes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A tutoring session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SessionBody {
    id: i64,
    enrolled_courses_id: i64,
    request_id: i64,
    /// Its place in the series, from 0.
    series_index: i32,
    /// The tutor profile.
    tutor_id: i64,
    tutor_name: String,
    /// The student profile.
    student_id: i64,
    student_name: String,
    package_name: Option<String>,
    /// Civil date.
    session_date: String,
    /// Wall clock.
    start_time: String,
    /// Wall clock.
    end_time: String,
    /// IANA name.
    time_zone: &'static str,
    /// Instant.
    starts_at: String,
    /// Instant, exclusive.
    ends_at: String,
    /// In minutes.
    duration: i64,
    topics: Vec<String>,
    topics_covered: Vec<String>,
    session_mode: String,
    location: Option<String>,
    /// `scheduled`, `in_progress`, `completed`, `cancelled` or `no_show`.
    status: &'static str,
    priority_level: String,
    /// Counts the changes.
    version: i32,
    /// `gap` or `overlap` where daylight saving touches the start.
    dst: Option<&'static str>,
    /// What the caller may do with it through this API.
    allowed_actions: Vec<&'static str>,
    /// Instant.
    created_at: String,
    /// Instant.
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
            duration: minutes(occurrence.ends_at - occurrence.starts_at),
            topics: session.topics,
            topics_covered: session.topics_covered,
            session_mode: session.session_mode,
            location: session.location,
            status: session.status.as_str(),
            priority_level: session.priority_level,
            version: session.version,
            dst: occurrence.dst.map(Dst::as_str),
            allowed_actions: Vec::new(),
            created_at: wire::instant(session.created_at),
            updated_at: wire::instant(session.updated_at),
        }
    }
}
