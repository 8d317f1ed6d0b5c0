//! Sessions as their participants see them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Occurrence, Parties};
use crate::ids::{CourseId, RequestId, SessionId, StudentId, TutorId, UserId};

/// The state of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SessionStatus {
    /// The state of a new session.
    #[default]
    Scheduled,
    /// The session has started and is not over yet.
    InProgress,
    /// The session was held.
    Completed,
    /// A party called the session off.
    Cancelled,
    /// A party did not appear.
    NoShow,
}

impl SessionStatus {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether the session takes time in the calendars of its parties, so that nothing else can be booked. An outcome
    /// that is recorded before the end changes nothing, because it may be corrected.
    pub fn occupies_calendars(self) -> bool {
        match self {
            Self::Scheduled | Self::InProgress | Self::Completed | Self::NoShow => true,
            Self::Cancelled => false,
        }
    }
}

/// Returns whether a session uses up one of its package: all do but those that were cancelled in time.
pub(super) fn is_used(status: SessionStatus, is_cancelled_late: bool) -> bool {
    status != SessionStatus::Cancelled || is_cancelled_late
}

/// The way in which the parties of a session meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SessionMode {
    /// The mode of a new session.
    #[default]
    Online,
    /// At the session's location.
    InPerson,
    /// Partly online, partly at the session's location.
    Hybrid,
}

impl SessionMode {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The importance of a session to its parties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are degrees")]
pub enum PriorityLevel {
    Low,
    /// The priority of a new session.
    #[default]
    Medium,
    High,
    Urgent,
}

impl PriorityLevel {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The cancellation of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// The instant of the cancellation.
    pub at: DateTime<Utc>,
    /// The user who cancelled.
    pub by: UserId,
    /// The reason that the user gave.
    pub reason: Option<String>,
    /// Whether the student's side cancelled after the deadline. A late cancellation is not credited.
    pub is_late: bool,
}

/// A session with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "ids and names are named after their owners")]
pub struct Session {
    pub id: SessionId,
    /// The enrolled course that the session belongs to.
    pub course_id: CourseId,
    pub request_id: RequestId,
    /// The place in the series, from 0. It never changes.
    pub series_index: i32,
    pub parties: Parties,
    pub tutor_id: TutorId,
    pub tutor_name: String,
    pub student_id: StudentId,
    pub student_name: String,
    /// The name of the package at the time of the request.
    pub package_name: Option<String>,
    pub occurrence: Occurrence,
    /// The zone of the wall-clock times.
    pub time_zone: Tz,
    /// The civil date that the series gives the session, whatever date the session was moved to on its own.
    pub series_date: NaiveDate,
    /// Whether the session was moved on its own or added later, so that changes of the series leave it as it is.
    pub is_exception: bool,
    /// The instant at which the start was last moved.
    pub rescheduled_at: Option<DateTime<Utc>>,
    /// The planned topics.
    pub topics: Vec<String>,
    pub topics_covered: Vec<String>,
    pub mode: SessionMode,
    /// The place of a session that is not online.
    pub location: Option<String>,
    pub status: SessionStatus,
    /// The record of the cancellation, if the session was cancelled on this platform.
    pub cancellation: Option<Cancellation>,
    /// The time before the start within which a cancellation by the student's side is late, as the tutor sets it now.
    pub cancellation_notice: TimeDelta,
    pub priority: PriorityLevel,
    /// The number of changes since creation: the `SEQUENCE` of calendar feeds.
    pub version: i32,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
}

impl Session {
    /// Returns the instant up to which the student's side can cancel in time. A session that was moved to a time within the
    /// tutor's notice can be cancelled in time until it starts.
    pub fn cancellation_deadline(&self) -> DateTime<Utc> {
        let start = self.occurrence.starts_at;
        let deadline = start - self.cancellation_notice;
        if self.rescheduled_at.is_some_and(|moved| moved > deadline) { start } else { deadline }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_session_is_scheduled_online_and_of_medium_priority() {
        assert_eq!(SessionStatus::default().as_str(), "scheduled");
        assert_eq!(SessionMode::default().as_str(), "online");
        assert_eq!(PriorityLevel::default().as_str(), "medium");
    }

    #[test]
    fn all_sessions_but_cancelled_ones_occupy_calendars() {
        let table = [
            (SessionStatus::Scheduled, "scheduled", true),
            (SessionStatus::InProgress, "in_progress", true),
            (SessionStatus::Completed, "completed", true),
            (SessionStatus::Cancelled, "cancelled", false),
            (SessionStatus::NoShow, "no_show", true),
        ];
        for (status, name, occupies) in table {
            assert_eq!((status.as_str(), status.occupies_calendars()), (name, occupies));
            assert_eq!(name.parse(), Ok(status));
        }
    }
}
