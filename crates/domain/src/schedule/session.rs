//! Sessions as people read them.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Occurrence, Parties};
use crate::ids::{CourseId, RequestId, SessionId, StudentId, TutorId};

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SessionStatus {
    /// To come.
    Scheduled,
    /// Going on.
    InProgress,
    /// Held.
    Completed,
    /// Called off.
    Cancelled,
    /// Somebody did not come.
    NoShow,
}

impl SessionStatus {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A session with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// The course it belongs to.
    pub course_id: CourseId,
    /// The request it came from.
    pub request_id: RequestId,
    /// Its place in the series, from 0, for life.
    pub series_index: i32,
    /// The users.
    pub parties: Parties,
    /// The tutor's profile.
    pub tutor_id: TutorId,
    /// The tutor's name.
    pub tutor_name: String,
    /// The student's profile.
    pub student_id: StudentId,
    /// The student's name.
    pub student_name: String,
    /// The package's name as it was when it was asked for.
    pub package_name: Option<String>,
    /// When, on the wall clock and as instants.
    pub occurrence: Occurrence,
    /// The zone of the wall clock.
    pub time_zone: Tz,
    /// What it is to be about.
    pub topics: Vec<String>,
    /// What it was about.
    pub topics_covered: Vec<String>,
    /// `online` and the like.
    pub session_mode: String,
    /// Where, if not online.
    pub location: Option<String>,
    /// Where it stands.
    pub status: SessionStatus,
    /// `medium` and the like.
    pub priority_level: String,
    /// Counts the changes; the feed's SEQUENCE.
    pub version: i32,
    /// When it was made, an instant.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, an instant.
    pub updated_at: DateTime<Utc>,
}

/// How many sessions there are, by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionTally {
    /// All of them.
    pub total: i64,
    /// Held.
    pub completed: i64,
    /// To come.
    pub scheduled: i64,
    /// Going on.
    pub in_progress: i64,
    /// Called off.
    pub cancelled: i64,
    /// How long those that were held lasted together, in minutes.
    pub minutes_held: i64,
}

/// In which capacity somebody looks at sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Perspective {
    /// What I teach.
    Tutor,
    /// What I learn.
    Student,
    /// What my children learn.
    Parent,
    /// All of it.
    Any,
}

/// Which sessions a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFilter {
    /// The capacity of the caller.
    pub perspective: Perspective,
    /// Those that end after this instant.
    pub from: Option<DateTime<Utc>>,
    /// Those that start before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Those that stand so.
    pub status: Option<SessionStatus>,
    /// Those of one student.
    pub student: Option<StudentId>,
}
