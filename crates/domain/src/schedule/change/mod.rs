//! Changes of booked sessions: their rules, and plans of the resulting state.

mod action;
mod addition;
mod announcement;
mod cancellation;
mod errors;
mod facts;
mod history;
mod ports;
mod recheck;
mod service;
mod update;

use std::ops::Range;

use chrono::{DateTime, Utc};

pub use action::{ActionRefusal, SessionAction};
pub use addition::{AddedSession, AdditionPlan, AdditionRefusal, CourseFacts, PackageUse, plan_addition};
pub use announcement::Announcement;
pub use cancellation::{CancelCommand, plan_cancellation, plan_cancellations};
pub use errors::{AddSessionError, FindCourseError, SessionChangeError};
pub use facts::{ChangeFacts, CourseContact};
pub use history::{ChangeKind, ChangedField, HistoryEntry, SessionChange};
#[cfg(feature = "test-util")]
pub use ports::MockSessionRepository;
pub use ports::SessionRepository;
pub use recheck::{RecheckReport, StuckSession, plan_recheck};
pub use service::SessionService;
pub use update::{Move, Outcome, SessionUpdate, parse_topics, plan_update};

use super::{BusyTimes, Conflict, Occurrence, Parties, Session, find_conflicts};
use crate::events::Event;
use crate::ids::{ConversationId, MessageId, SessionId, UserId};
use crate::requests::GuardianshipFact;

/// The sessions of a series that a change concerns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// One session.
    #[default]
    This,
    /// The session and those of its series that start later, are scheduled and have not begun.
    Following,
}

/// The resulting state of a change of sessions.
///
/// The write guards, with the calendars of all parties locked, that no session has changed since it was read, and that no
/// session that has moved clashes with anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionChangePlan {
    /// The user who makes the change; `None` for a change of zone rules.
    pub actor: Option<UserId>,
    /// The instant of the change.
    pub at: DateTime<Utc>,
    /// The changes, at most one per session.
    pub changes: Vec<SessionChange>,
    /// The announcements to both sides, one per course.
    pub announcements: Vec<Announcement>,
    /// The guardianship that entitles the actor. The write guards that it is still active.
    pub guardianship: Option<GuardianshipFact>,
}

impl SessionChangePlan {
    /// Returns the users whose calendars the write locks, ascending.
    pub fn users(&self) -> Vec<UserId> {
        let mut users: Vec<UserId> = self.changes.iter().flat_map(|change| change.after.parties.ascending()).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    /// Returns a session as it is after the change.
    pub(super) fn after(&self, session: Session) -> Session {
        let change = self.changes.iter().find(|change| change.after.id == session.id);
        change.map_or(session, |change| change.after.clone())
    }

    /// Returns the pairs of users who have sessions that move, each with these sessions and their new times, ascending by
    /// start.
    pub fn moves(&self) -> Vec<MovedSessions> {
        let mut moves: Vec<MovedSessions> = Vec::new();
        for change in self.changes.iter().filter(|change| change.is_move()) {
            let parties = change.after.parties;
            let place = moves.iter().position(|moved| moved.parties == parties).unwrap_or_else(|| {
                moves.push(MovedSessions { parties, sessions: Vec::new(), occurrences: Vec::new() });
                moves.len() - 1
            });
            if let Some(moved) = moves.get_mut(place) {
                moved.sessions.push(change.after.id);
                moved.occurrences.push(change.after.occurrence.clone());
            }
        }
        for moved in &mut moves {
            moved.occurrences.sort_by_key(|occurrence| occurrence.starts_at);
        }
        moves
    }

    /// Returns the events of the change. `sent` has the message of each announcement, in their order; `None` for those without
    /// a notice.
    pub fn events(&self, sent: &[Option<(ConversationId, MessageId)>]) -> Vec<Event> {
        let announced = self.announcements.iter().zip(sent);
        announced.flat_map(|(announcement, sent)| announcement.events(self.actor, *sent, self.at)).collect()
    }
}

/// Sessions of two users that move at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the parties are named after their type")]
pub struct MovedSessions {
    pub parties: Parties,
    /// The sessions.
    pub sessions: Vec<SessionId>,
    /// Their new times, ascending by start.
    pub occurrences: Vec<Occurrence>,
}

impl MovedSessions {
    /// Returns the time within which other sessions matter.
    pub fn window(&self) -> Option<Range<DateTime<Utc>>> {
        Occurrence::window(&self.occurrences)
    }

    /// Returns the conflicts of the new times. The old times of the sessions are free.
    pub fn conflicts(&self, busy: BusyTimes, now: DateTime<Utc>) -> Vec<Conflict> {
        find_conflicts(&self.occurrences, self.parties, &busy.without(&self.sessions), now)
    }
}

#[cfg(test)]
mod tests;
