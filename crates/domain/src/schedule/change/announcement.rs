//! Announcements of changes: a notice in the conversation with the tutor, and an event to everyone concerned.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{ChangeKind, CourseContact, SessionChange};
use crate::chat::{Notice, NoticeKind};
use crate::events::{Event, EventKind, Subject};
use crate::ids::{ConversationId, CourseId, MessageId, RequestId, SessionId, UserId};
use crate::requests::Involved;
use crate::schedule::{Occurrence, Parties, SessionStatus};

/// An announcement of changes in one course, of the same kind and for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The parties of the course, and the user whom the notice reaches on the student's side.
    pub involved: Involved,
    /// The request that created the course.
    pub request: RequestId,
    /// The course.
    pub course: CourseId,
    /// The first session that was moved or, if none was, changed.
    pub first: SessionId,
    /// All sessions that were changed, the first one included.
    pub sessions: Vec<SessionId>,
    /// The status of the sessions after the change.
    pub status: SessionStatus,
    /// The message in the conversation of the tutor and the student's side, if there is one.
    pub notice: Option<Notice>,
}

impl Announcement {
    /// Announces the changes of one course; `None` without changes. If some sessions are moved and others only edited, the
    /// notice is about the former.
    ///
    /// A block stops the messages between the two sides, but booked sessions outlive it. Across a block, the notice gives no reason,
    /// and there is none of a change that concerns neither the time nor the outcome.
    pub(super) fn of(changes: &[SessionChange], contact: CourseContact, actor: Option<UserId>) -> Option<Self> {
        let first = changes.iter().find(|change| change.is_move()).or(changes.first())?;
        let session = &first.after;
        let text = match (contact.is_blocked, first.kind) {
            (false, _) => Some(sentence(first, changes.len(), first.reason.as_deref())),
            (true, ChangeKind::Edited) => None,
            (true, _) => Some(sentence(first, changes.len(), None)),
        };
        let notice = text.map(|text| notice(session.parties, contact, actor, notice_kind(first.kind), text));
        Some(Self {
            involved: involved(session.parties, contact),
            request: session.request_id,
            course: session.course_id,
            first: session.id,
            sessions: changes.iter().map(|change| change.after.id).collect(),
            status: session.status,
            notice,
        })
    }

    /// Returns the events of the change and of the message about it.
    pub(super) fn events(
        &self,
        actor: Option<UserId>,
        sent: Option<(ConversationId, MessageId)>,
        at: DateTime<Utc>,
    ) -> Vec<Event> {
        let kind = match self.status {
            SessionStatus::Cancelled => EventKind::SessionCancelled,
            SessionStatus::Scheduled | SessionStatus::InProgress | SessionStatus::Completed | SessionStatus::NoShow => {
                EventKind::SessionChanged
            }
        };
        let count = i64::try_from(self.sessions.len()).unwrap_or(i64::MAX);
        let subject = Subject::Session { session: self.first, course: self.course, count, status: self.status };
        let audience = self.involved.audience(actor);
        let told = self
            .notice
            .as_ref()
            .zip(sent)
            .map(|(notice, (conversation, message))| self.involved.told(conversation, message, notice.sender, at));
        [Event { kind, subject, actor, audience, at }].into_iter().chain(told).collect()
    }
}

/// Returns the users whom changes of a course concern.
pub(super) fn involved(parties: Parties, contact: CourseContact) -> Involved {
    Involved { requester: contact.correspondent(parties), parties }
}

/// Returns a notice in the conversation of the tutor and the student's side. It appears in the name of the actor, if the actor
/// takes part in the conversation, or of the actor's side; notices without an actor appear in the tutor's name.
pub(super) fn notice(
    parties: Parties,
    contact: CourseContact,
    actor: Option<UserId>,
    kind: NoticeKind,
    content: String,
) -> Notice {
    let (tutor, correspondent) = (parties.tutor, contact.correspondent(parties));
    let by_student_side = actor.is_some_and(|actor| actor != tutor);
    let (sender, recipient) = if by_student_side { (correspondent, tutor) } else { (tutor, correspondent) };
    Notice { sender, recipient, kind, content }
}

fn notice_kind(kind: ChangeKind) -> NoticeKind {
    match kind {
        ChangeKind::Created => NoticeKind::SessionAdded,
        ChangeKind::Edited => NoticeKind::SessionEdited,
        ChangeKind::Rescheduled | ChangeKind::ZoneRules => NoticeKind::SessionRescheduled,
        ChangeKind::Cancelled => NoticeKind::SessionCancelled,
        ChangeKind::Completed => NoticeKind::SessionCompleted,
        ChangeKind::NoShow => NoticeKind::SessionMissed,
    }
}

/// Returns the date and the times of an occurrence on the wall clock of a zone, in English.
pub(super) fn wall_clock(occurrence: &Occurrence, zone: Tz) -> String {
    let (date, slot) = (occurrence.date.format("%B %-d, %Y"), occurrence.slot);
    let [start, end] = [slot.start(), slot.end()].map(|time| time.format("%H:%M"));
    format!("{date}, {start}-{end} ({})", zone.name())
}

fn sentence(first: &SessionChange, count: usize, reason: Option<&str>) -> String {
    let [before, after] =
        [&first.before, &first.after].map(|session| wall_clock(&session.occurrence, session.time_zone));
    let verb = match first.kind {
        ChangeKind::Created => "added".to_owned(),
        ChangeKind::Edited => "updated".to_owned(),
        ChangeKind::Rescheduled => format!("moved to {after}"),
        ChangeKind::ZoneRules => "kept at its local time, because the rules of the time zone have changed".to_owned(),
        ChangeKind::Cancelled => "cancelled".to_owned(),
        ChangeKind::Completed => "marked as completed".to_owned(),
        ChangeKind::NoShow => "marked as missed".to_owned(),
    };
    let what = match count {
        1 => format!("Session on {before} {verb}"),
        2 => format!("Session on {before} {verb}, and 1 more session with it"),
        _ => format!("Session on {before} {verb}, and {} more sessions with it", count - 1),
    };
    match reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what,
    }
}
