//! Time off: periods at which a tutor cannot be booked.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{TimeOffId, UserId};
use crate::schedule::{Period, Session, SessionChangePlan};
use crate::text;
use crate::validation::{Invalid, Violations};

/// The largest number of sessions that time off cancels, and that its response lists.
pub const MAX_AFFECTED: usize = 100;

/// The largest number of periods of time off of one tutor that are not over.
pub const MAX_TIME_OFF: i64 = 500;

/// A period at which a tutor cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the id is named after its type")]
pub struct TimeOff {
    pub id: TimeOffId,
    /// The period itself.
    pub period: Period,
    /// The tutor's own note, shown to the tutor alone.
    pub reason: Option<String>,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
}

/// The terms of new time off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOffTerms {
    /// At most 366 days, and not over yet.
    pub period: Period,
    /// The tutor's own note of at most 500 characters.
    pub reason: Option<String>,
    /// Whether the sessions that it overlaps are cancelled.
    pub cancels_sessions: bool,
}

impl TimeOffTerms {
    /// The longest time off.
    pub const MAX_DURATION: TimeDelta = TimeDelta::days(366);

    /// Parses a note: text of at most 500 characters.
    pub fn parse_reason(input: &str) -> Result<String, Invalid> {
        text::prose(input, 500)
    }

    /// Checks a period.
    pub fn check_period(period: Period, now: DateTime<Utc>, violations: &mut Violations) {
        let reason = if period.ends_at <= period.starts_at {
            Invalid::new("before_start", "must be after starts_at")
        } else if period.ends_at - period.starts_at > Self::MAX_DURATION {
            Invalid::new("too_long", "must be at most 366 days after starts_at")
        } else if period.ends_at <= now {
            Invalid::new("in_past", "must be in the future")
        } else {
            return;
        };
        violations.add("ends_at", reason);
    }
}

/// Time off about to be written. If it cancels sessions, the write guards, with the tutor's calendar locked, that no others are
/// scheduled during the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOffPlan {
    /// The tutor.
    pub tutor: UserId,
    /// The terms.
    pub terms: TimeOffTerms,
    /// The cancellations of all affected sessions, if they are requested.
    pub cancellations: Option<SessionChangePlan>,
    /// The instant of creation.
    pub at: DateTime<Utc>,
}

/// New time off, and the sessions that it overlaps, ascending by start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTimeOff {
    /// The time off.
    pub time_off: TimeOff,
    /// The first sessions, at most [`MAX_AFFECTED`], as they are after the write.
    pub affected: Vec<Session>,
    /// The number of all affected sessions.
    pub affected_count: i64,
}

/// The outcome of writing time off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the id is named after its type")]
pub struct RecordedTimeOff {
    pub id: TimeOffId,
    /// The number of sessions that the tutor teaches during the period.
    pub affected_count: i64,
}
