//! The actions on a session: who may take them, in which status, and when.

use chrono::{DateTime, Utc};
use strum::VariantArray;

use super::ChangeFacts;
use crate::ids::UserId;
use crate::schedule::{Session, SessionStatus, Side};

/// An action on a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SessionAction {
    /// Changes topics, mode, location or priority.
    Edit,
    /// Moves the session to another time.
    Reschedule,
    /// Calls the session off.
    Cancel,
    /// Records that the session was held.
    Complete,
    /// Records that the student did not appear.
    MarkNoShow,
}

/// The phase of a session that an action needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Any,
    BeforeStart,
    SinceStart,
}

/// The conditions of an action, and the status that it leads to; `None` leaves the status as it is.
struct Rule {
    sides: &'static [Side],
    from: &'static [SessionStatus],
    phase: Phase,
    to: Option<SessionStatus>,
}

/// Reasons why an action is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionRefusal {
    /// Only the tutor may take the action.
    TutorOnly(SessionAction),
    /// The status forbids the action.
    Status(SessionAction, SessionStatus),
    /// The session has begun.
    HasBegun(SessionAction, SessionStatus),
    /// The session has not begun yet.
    NotBegun(SessionAction, SessionStatus),
}

impl SessionAction {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The transition table.
    fn rule(self) -> Rule {
        use SessionStatus::{Cancelled, Completed, InProgress, NoShow, Scheduled};
        use Side::{Guarding, Learning, Teaching};
        let (sides, from, phase, to): (&[_], &[_], _, _) = match self {
            Self::Edit => (&[Teaching], &[Scheduled, InProgress, Completed, NoShow], Phase::Any, None),
            Self::Reschedule => (&[Teaching], &[Scheduled], Phase::BeforeStart, None),
            Self::Cancel => (&[Teaching, Learning, Guarding], &[Scheduled], Phase::BeforeStart, Some(Cancelled)),
            // A tutor may correct a mistake.
            Self::Complete => (&[Teaching], &[Scheduled, InProgress, NoShow], Phase::SinceStart, Some(Completed)),
            Self::MarkNoShow => (&[Teaching], &[Scheduled, InProgress, Completed], Phase::SinceStart, Some(NoShow)),
        };
        Rule { sides, from, phase, to }
    }

    /// Returns the status after the action, or the reason why it is not allowed. The reasons are checked in the order of
    /// [`ActionRefusal`].
    pub fn apply(
        self,
        side: Side,
        status: SessionStatus,
        starts_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<SessionStatus, ActionRefusal> {
        let rule = self.rule();
        let has_begun = now >= starts_at;
        if !rule.sides.contains(&side) {
            Err(ActionRefusal::TutorOnly(self))
        } else if !rule.from.contains(&status) {
            Err(ActionRefusal::Status(self, status))
        } else if rule.phase == Phase::BeforeStart && has_begun {
            Err(ActionRefusal::HasBegun(self, status))
        } else if rule.phase == Phase::SinceStart && !has_begun {
            Err(ActionRefusal::NotBegun(self, status))
        } else {
            Ok(rule.to.unwrap_or(status))
        }
    }
}

impl Session {
    /// Returns the side of a viewer to whom the session is visible. A tutor who is also the student's guardian acts as the
    /// tutor.
    pub fn side_of(&self, viewer: UserId) -> Side {
        if self.parties.tutor == viewer {
            Side::Teaching
        } else if self.parties.student == viewer {
            Side::Learning
        } else {
            Side::Guarding
        }
    }

    /// Returns the actions that a viewer to whom the session is visible may take at `now`.
    pub fn allowed_actions(&self, viewer: UserId, now: DateTime<Utc>) -> Vec<SessionAction> {
        let side = self.side_of(viewer);
        let allows = |action: &SessionAction| action.apply(side, self.status, self.occurrence.starts_at, now).is_ok();
        SessionAction::VARIANTS.iter().copied().filter(allows).collect()
    }
}

impl ChangeFacts {
    /// Returns the session's status after an action of a user, or the reason why it is not allowed.
    pub(super) fn apply(
        &self,
        action: SessionAction,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<SessionStatus, ActionRefusal> {
        let session = &self.session;
        action.apply(session.side_of(user), session.status, session.occurrence.starts_at, now)
    }
}
