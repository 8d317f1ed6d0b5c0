//! Records of changes.

use chrono::{DateTime, Utc};
use strum::VariantArray;

use crate::ids::UserId;
use crate::schedule::{Period, Session};

/// The kind of a change in a session's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ChangeKind {
    /// The session was booked.
    Created,
    /// Topics, mode, location or priority were changed.
    Edited,
    /// The session was moved to another time.
    Rescheduled,
    /// A side called the session off.
    Cancelled,
    /// The session was held.
    Completed,
    /// The student did not appear.
    NoShow,
    /// The rules of the time zone were changed, and the session kept its time on the wall clock.
    ZoneRules,
}

impl ChangeKind {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A property of a session that a change concerns, named as in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are named after the fields of the API")]
pub enum ChangedField {
    SessionDate,
    StartTime,
    EndTime,
    Topics,
    TopicsCovered,
    SessionMode,
    Location,
    PriorityLevel,
    Status,
}

impl ChangedField {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn differs(self, before: &Session, after: &Session) -> bool {
        let (old, new) = (&before.occurrence, &after.occurrence);
        match self {
            Self::SessionDate => old.date != new.date,
            Self::StartTime => old.slot.start() != new.slot.start(),
            Self::EndTime => old.slot.end() != new.slot.end(),
            Self::Topics => before.topics != after.topics,
            Self::TopicsCovered => before.topics_covered != after.topics_covered,
            Self::SessionMode => before.mode != after.mode,
            Self::Location => before.location != after.location,
            Self::PriorityLevel => before.priority != after.priority,
            Self::Status => before.status != after.status,
        }
    }
}

/// A change of one session: the session as it was read, which the write guards by its version, and as it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionChange {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The session as it was read.
    pub before: Session,
    /// The session after the change, with the next version.
    pub after: Session,
    /// The reason that the actor gave.
    pub reason: Option<String>,
}

impl SessionChange {
    /// Returns whether the session takes place at another time.
    pub fn is_move(&self) -> bool {
        self.before.occurrence.period() != self.after.occurrence.period()
    }

    /// Returns whether the instants of the session were resolved anew, under the present zone rules.
    pub fn is_resolved_anew(&self) -> bool {
        self.before.occurrence != self.after.occurrence
    }

    /// Returns the fields that differ.
    pub fn fields(&self) -> Vec<ChangedField> {
        ChangedField::VARIANTS.iter().copied().filter(|field| field.differs(&self.before, &self.after)).collect()
    }
}

/// An entry of a session's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The version that the change led to; 0 for the booking.
    pub version: i32,
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The user who made the change, with a name; `None` for a change of zone rules.
    pub actor: Option<(UserId, String)>,
    /// The reason that the actor gave.
    pub reason: Option<String>,
    /// The fields that were changed.
    pub fields: Vec<ChangedField>,
    /// The time of the session before the change; `None` for the booking.
    pub from: Option<Period>,
    /// The time of the session after the change.
    pub to: Period,
    /// The instant of the change.
    pub at: DateTime<Utc>,
}
