//! Cancelling sessions.

use chrono::{DateTime, Utc};

use super::{
    ActionRefusal, Announcement, ChangeFacts, ChangeKind, Scope, SessionAction, SessionChange, SessionChangePlan,
};
use crate::ids::UserId;
use crate::requests::GuardianshipFact;
use crate::schedule::{Cancellation, Session, SessionStatus, Side};

/// The choices of a user who cancels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CancelCommand {
    /// The reason, shown to both sides.
    pub reason: Option<String>,
    /// The sessions to cancel.
    pub scope: Scope,
}

/// Decides on a cancellation by either side. The student's side cancels late after the
/// [deadline](Session::cancellation_deadline) of each session; the tutor is never late.
pub fn plan_cancellation(
    facts: &ChangeFacts,
    user: UserId,
    command: &CancelCommand,
    now: DateTime<Utc>,
) -> Result<SessionChangePlan, ActionRefusal> {
    facts.apply(SessionAction::Cancel, user, now)?;
    let session = &facts.session;
    let following = match command.scope {
        Scope::This => &[][..],
        Scope::Following => facts.following.as_slice(),
    };
    let cancelled = std::iter::once(session).chain(following.iter().filter(|one| one.is_upcoming(now)));
    let changes: Vec<SessionChange> =
        cancelled.map(|session| cancel(session, user, command.reason.as_ref(), now)).collect();
    let announcements = Announcement::of(&changes, facts.contact, Some(user)).into_iter().collect();
    Ok(SessionChangePlan {
        actor: Some(user),
        at: now,
        changes,
        announcements,
        guardianship: guardianship(session, user),
    })
}

/// Cancels sessions of several courses for the time off of their tutor, whose note on it is private. Sessions that have begun are
/// left as they are.
pub fn plan_cancellations(sessions: &[ChangeFacts], tutor: UserId, now: DateTime<Utc>) -> SessionChangePlan {
    let mut plan = SessionChangePlan {
        actor: Some(tutor),
        at: now,
        changes: Vec::new(),
        announcements: Vec::new(),
        guardianship: None,
    };
    let mut upcoming: Vec<&ChangeFacts> = sessions.iter().filter(|facts| facts.session.is_upcoming(now)).collect();
    upcoming.sort_by_key(|facts| facts.session.course_id);
    for course in upcoming.chunk_by(|one, other| one.session.course_id == other.session.course_id) {
        let changes: Vec<SessionChange> = course.iter().map(|facts| cancel(&facts.session, tutor, None, now)).collect();
        let contact = course.first().map(|facts| facts.contact);
        plan.announcements.extend(contact.and_then(|contact| Announcement::of(&changes, contact, Some(tutor))));
        plan.changes.extend(changes);
    }
    plan
}

/// Returns the guardianship that an action relies on.
pub(super) fn guardianship(session: &Session, user: UserId) -> Option<GuardianshipFact> {
    match session.side_of(user) {
        Side::Teaching | Side::Learning => None,
        Side::Guarding => Some(GuardianshipFact { parent: user, student: session.student_id }),
    }
}

fn cancel(session: &Session, user: UserId, reason: Option<&String>, now: DateTime<Utc>) -> SessionChange {
    let is_late = session.side_of(user) != Side::Teaching && now > session.cancellation_deadline();
    let cancellation = Cancellation { at: now, by: user, reason: reason.cloned(), is_late };
    let after =
        Session { status: SessionStatus::Cancelled, cancellation: Some(cancellation), ..session.next_version(now) };
    SessionChange { kind: ChangeKind::Cancelled, before: session.clone(), after, reason: reason.cloned() }
}

impl Session {
    /// Returns whether the session is scheduled and has not begun.
    pub(super) fn is_upcoming(&self, now: DateTime<Utc>) -> bool {
        self.status == SessionStatus::Scheduled && self.occurrence.starts_at > now
    }

    /// Returns the session with the next version.
    pub(super) fn next_version(&self, now: DateTime<Utc>) -> Self {
        Self { version: self.version + 1, updated_at: now.max(self.updated_at), ..self.clone() }
    }
}
