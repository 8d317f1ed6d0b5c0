//! Rechecking sessions after a change of time zone rules: the wall-clock time is what the parties agreed on.

use chrono::{DateTime, Utc};

use super::{Announcement, ChangeFacts, ChangeKind, SessionChange, SessionChangePlan};
use crate::ids::SessionId;
use crate::schedule::{Conflict, Occurrence, Session};

/// A session whose time has to change and cannot, because it would conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckSession {
    /// The session, at the instants of the former rules.
    pub session: Session,
    /// The reason, with the instants of the present rules.
    pub conflict: Conflict,
}

/// The outcome of rechecking all sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecheckReport {
    /// The number of sessions whose instants are the same under the present rules.
    pub unchanged: usize,
    /// The sessions that were moved, or, in a trial run, would be.
    pub moved: Vec<SessionId>,
    /// The sessions that could not be moved.
    pub stuck: Vec<StuckSession>,
}

/// Decides on a session that was booked under former rules. Returns `None` if its instants stay the same.
pub fn plan_recheck(facts: &ChangeFacts, now: DateTime<Utc>) -> Option<SessionChangePlan> {
    let session = &facts.session;
    let occurrence = Occurrence::at(session.time_zone, session.occurrence.date, session.occurrence.slot);
    if occurrence.period() == session.occurrence.period() {
        return None;
    }
    let after = Session { occurrence, rescheduled_at: Some(now), ..session.next_version(now) };
    let changes = vec![SessionChange { kind: ChangeKind::ZoneRules, before: session.clone(), after, reason: None }];
    let announcements = Announcement::of(&changes, facts.contact, None).into_iter().collect();
    Some(SessionChangePlan { actor: None, at: now, changes, announcements, guardianship: None })
}
