//! The response body of a session.

use astegni_domain::ids::UserId;
use astegni_domain::schedule::{Dst, Period, Session, SessionAction};
use chrono::{DateTime, Utc};
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
    /// Civil date `YYYY-MM-DD` of the start in `time_zone`.
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
    /// Actions that the caller may take on the session now: `edit`, `reschedule`, `cancel`, `complete`, `mark_no_show`.
    allowed_actions: Vec<&'static str>,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
    /// Whether the session ends on the day after `session_date`.
    overnight: bool,
    /// Whether the session was moved on its own or added later. A change of the sessions that follow another one leaves it
    /// where it is, unless `overwrite_exceptions` is true.
    is_exception: bool,
    /// RFC 3339 instant in UTC at which the session was last moved; null if it never was.
    rescheduled_at: Option<String>,
    /// RFC 3339 instant in UTC up to which the student's side can cancel in time, by the tutor's present notice. A session
    /// that is cancelled later counts as used.
    cancellation_deadline: String,
    /// RFC 3339 instant in UTC of the cancellation; null unless the session was cancelled.
    cancelled_at: Option<String>,
    /// User who cancelled the session.
    cancelled_by: Option<i64>,
    /// Reason for the cancellation, which both sides see.
    cancellation_reason: Option<String>,
    /// Whether the student's side cancelled after the deadline.
    cancelled_late: bool,
}

impl SessionBody {
    /// Renders a session as a viewer to whom it is visible sees it at an instant.
    pub(super) fn new(session: Session, viewer: UserId, now: DateTime<Utc>) -> Self {
        let allowed_actions = session.allowed_actions(viewer, now).into_iter().map(SessionAction::as_str).collect();
        let cancellation_deadline = wire::instant(session.cancellation_deadline());
        let (cancellation, reason) = match session.cancellation {
            Some(cancellation) => (Some((cancellation.at, cancellation.by, cancellation.is_late)), cancellation.reason),
            None => (None, None),
        };
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
            allowed_actions,
            created_at: wire::instant(session.created_at),
            updated_at: wire::instant(session.updated_at),
            overnight: occurrence.slot.is_overnight(),
            is_exception: session.is_exception,
            rescheduled_at: session.rescheduled_at.map(wire::instant),
            cancellation_deadline,
            cancelled_at: cancellation.map(|(at, ..)| wire::instant(at)),
            cancelled_by: cancellation.map(|(_, by, _)| by.get()),
            cancellation_reason: reason,
            cancelled_late: cancellation.is_some_and(|(.., is_late)| is_late),
        }
    }
}

/// The time of a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PeriodBody {
    /// RFC 3339 instant in UTC of the start.
    starts_at: String,
    /// RFC 3339 instant in UTC of the end, exclusive.
    ends_at: String,
}

impl From<Period> for PeriodBody {
    fn from(period: Period) -> Self {
        Self { starts_at: wire::instant(period.starts_at), ends_at: wire::instant(period.ends_at) }
    }
}
