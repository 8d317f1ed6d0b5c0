//! Adding a session to a course: a replacement for one that was cancelled in time, or a date that was left out.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::CourseContact;
use super::announcement::{involved, notice, wall_clock};
use crate::chat::{Notice, NoticeKind};
use crate::events::{Event, EventKind, Subject};
use crate::ids::{ConversationId, CourseId, MessageId, RequestId, StudentId, UserId};
use crate::requests::Involved;
use crate::schedule::session::is_used;
use crate::schedule::{
    BusyTimes, Conflict, MAX_SESSIONS, Occurrence, Parties, SessionStatus, TimeSlot, find_conflicts,
};

/// A session that a tutor adds to a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedSession {
    /// The course, which the caller teaches.
    pub course: CourseId,
    /// The civil date in the zone of the course.
    pub date: NaiveDate,
    /// The time of day, wall clock.
    pub slot: TimeSlot,
    /// The planned topics.
    pub topics: Vec<String>,
}

/// The sessions of a package, and their use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageUse {
    /// The number of sessions of the package; `None` if it is not limited.
    pub included: Option<u16>,
    /// The number of sessions that were booked, without those that were cancelled in time.
    pub used: i64,
    /// The number of sessions that were cancelled in time.
    pub credited: i64,
}

impl PackageUse {
    /// Counts the sessions of a course, given as numbers of those with a status, cancelled late or not.
    pub fn count(included: Option<u16>, sessions: impl IntoIterator<Item = (SessionStatus, bool, i64)>) -> Self {
        let mut found = Self { included, used: 0, credited: 0 };
        for (status, is_cancelled_late, number) in sessions {
            if is_used(status, is_cancelled_late) {
                found.used += number;
            } else {
                found.credited += number;
            }
        }
        found
    }

    /// Returns the number of sessions that can still be booked; `None` if it is not limited.
    pub fn remaining(self) -> Option<i64> {
        self.included.map(|included| (i64::from(included) - self.used).max(0))
    }
}

/// Facts about a course that an added session needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "ids and values are named after their types")]
pub struct CourseFacts {
    pub course: CourseId,
    pub request: RequestId,
    pub parties: Parties,
    pub student: StudentId,
    pub contact: CourseContact,
    /// The zone of the course's wall clock.
    pub time_zone: Tz,
    pub package: PackageUse,
    /// The place of the next session in the series, which is the number of sessions that were ever booked.
    pub next_place: i32,
}

/// Reasons why a session is not added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdditionRefusal {
    /// The caller teaches no such course, or a block separates the tutor and the student.
    NotFound,
    /// All sessions of the package are used up, of which there are so many.
    PackageUsedUp(u16),
    /// The course has the largest number of sessions.
    TooManySessions,
    /// The session cannot be booked.
    Conflicts(Vec<Conflict>),
}

/// A session about to be added. With both calendars locked, the write guards that the place is free, that the package is not
/// used up, and that the session clashes with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionPlan {
    /// The facts that the plan relies on.
    pub facts: CourseFacts,
    /// The session.
    pub occurrence: Occurrence,
    /// The planned topics.
    pub topics: Vec<String>,
    /// The tutor's message about the session.
    pub notice: Notice,
    /// The instant of booking.
    pub at: DateTime<Utc>,
}

impl AdditionPlan {
    /// Returns the events of the session and of the message about it.
    pub fn events(&self, conversation: ConversationId, message: MessageId) -> Vec<Event> {
        let actor = Some(self.actor());
        let involved = self.involved();
        let subject = Subject::Sessions { request: self.facts.request, course: self.facts.course, count: 1 };
        let audience = involved.audience(actor);
        vec![
            Event { kind: EventKind::SessionCreated, subject, actor, audience, at: self.at },
            involved.told(conversation, message, self.actor(), self.at),
        ]
    }

    fn actor(&self) -> UserId {
        self.facts.parties.tutor
    }

    fn involved(&self) -> Involved {
        involved(self.facts.parties, self.facts.contact)
    }
}

/// Decides on an added session.
pub fn plan_addition(
    facts: &CourseFacts,
    session: &AddedSession,
    busy: &BusyTimes,
    now: DateTime<Utc>,
) -> Result<AdditionPlan, AdditionRefusal> {
    if facts.contact.is_blocked {
        return Err(AdditionRefusal::NotFound);
    }
    if let (Some(included), Some(0)) = (facts.package.included, facts.package.remaining()) {
        return Err(AdditionRefusal::PackageUsedUp(included));
    }
    // Later sessions replace cancelled ones, so that more places than sessions are needed.
    if usize::try_from(facts.next_place).is_ok_and(|places| places >= 2 * MAX_SESSIONS) {
        return Err(AdditionRefusal::TooManySessions);
    }
    let occurrence = Occurrence::at(facts.time_zone, session.date, session.slot);
    let conflicts = find_conflicts(std::slice::from_ref(&occurrence), facts.parties, busy, now);
    if !conflicts.is_empty() {
        return Err(AdditionRefusal::Conflicts(conflicts));
    }
    let content = format!("Session on {} added", wall_clock(&occurrence, facts.time_zone));
    Ok(AdditionPlan {
        notice: notice(facts.parties, facts.contact, Some(facts.parties.tutor), NoticeKind::SessionAdded, content),
        facts: facts.clone(),
        occurrence,
        topics: session.topics.clone(),
        at: now,
    })
}
