//! Accepting a request: the enrolment, its course and its sessions.

use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::answer::{self, AnswerPlan};
use super::{EnrolmentStatus, PackageSnapshot, PaymentStatus, RequestStatus, RequestTransition, SessionRequest};
use crate::events::{Event, EventKind, Subject};
use crate::ids::{ConversationId, CourseId, MessageId, StudentId, TutorId};
use crate::money::{Currency, Money};
use crate::schedule::{BusyTimes, Conflict, Occurrence, Parties, TimeSlot, expand, find_conflicts, self_overlap};
use crate::validation::{Invalid, Violations};

/// The number of days after the acceptance until payment is due.
const PAYMENT_DAYS: u64 = 7;

/// The treatment of sessions that conflict with booked ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum OnConflict {
    /// Any conflict fails the acceptance.
    #[default]
    Fail,
    /// Sessions that conflict are left out.
    Skip,
}

/// A session that the tutor proposes, in the request's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedSession {
    /// The civil date.
    pub date: NaiveDate,
    /// The time of day, wall clock.
    pub slot: TimeSlot,
}

/// The choices of a tutor who accepts a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// The treatment of conflicts.
    pub on_conflict: OnConflict,
    /// Sessions that replace those of the request's schedule.
    pub sessions: Option<Vec<ProposedSession>>,
}

/// The resulting state of an acceptance. The write guards, with both calendars locked, that the sessions clash
/// with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptancePlan {
    /// The request's new status and the message about it.
    pub answer: AnswerPlan,
    /// The tutor's profile.
    pub tutor_id: TutorId,
    /// The student's profile.
    pub student_id: StudentId,
    /// The users whose calendars change.
    pub parties: Parties,
    /// The package of the request.
    pub package: Option<PackageSnapshot>,
    /// The agreed price, if there is one.
    pub agreed_price: Option<Money>,
    /// The currency of the price.
    pub currency: Currency,
    /// The status of the enrolment and of its course.
    pub status: EnrolmentStatus,
    /// The state of the payment.
    pub payment_status: PaymentStatus,
    /// The civil date, in the request's time zone, on which payment is due.
    pub payment_due_date: NaiveDate,
    /// The time zone of the sessions' wall clock.
    pub time_zone: Tz,
    /// The topics of the sessions, taken from the request's message.
    pub topics: Vec<String>,
    /// The sessions in ascending order; the place of a session is its index in the series.
    pub sessions: Vec<Occurrence>,
    /// Sessions that are left out because they conflict.
    pub skipped: Vec<Conflict>,
}

impl AcceptancePlan {
    /// Returns the events of the acceptance, given the ids of what the write has created. The student's side learns of the
    /// sessions by one event.
    pub fn events(&self, course: CourseId, conversation: ConversationId, message: MessageId) -> Vec<Event> {
        let answer = &self.answer;
        let mut events = answer.events(conversation, message);
        if let (Ok(count), false) = (i64::try_from(self.sessions.len()), self.sessions.is_empty()) {
            let actor = Some(answer.actor);
            let subject = Subject::Sessions { request: answer.request_id, course, count };
            let audience = answer.involved.audience(actor);
            events.push(Event { kind: EventKind::SessionCreated, subject, actor, audience, at: answer.at });
        }
        events
    }
}

/// Reasons why a request is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptRefusal {
    /// The request is no longer pending.
    AlreadyAnswered(RequestStatus),
    /// These sessions cannot be booked.
    Conflicts(Vec<Conflict>),
    /// The proposed sessions are invalid in themselves.
    Invalid(Violations),
}

/// The sessions of an acceptance, conflicting or not. They are computed once and then only pass through the checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    on_conflict: OnConflict,
    parties: Parties,
    time_zone: Tz,
    /// In ascending order.
    occurrences: Vec<Occurrence>,
    /// The number of sessions after which the package is used up.
    limit: usize,
}

/// A proposal compared with both calendars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The time zone of the sessions' wall clock.
    pub time_zone: Tz,
    /// Sessions that can be booked, in ascending order.
    pub sessions: Vec<Occurrence>,
    /// Conflicts that fail the acceptance.
    pub conflicts: Vec<Conflict>,
    /// Sessions that the acceptance leaves out because they conflict.
    pub skipped: Vec<Conflict>,
}

impl Proposal {
    /// Expands the request's schedule at `now`, or takes the tutor's sessions, which may not overlap each other.
    pub fn new(request: &SessionRequest, acceptance: &Acceptance, now: DateTime<Utc>) -> Result<Self, Violations> {
        let (time_zone, limit) = (request.terms.time_zone, request.session_limit());
        let occurrences = match &acceptance.sessions {
            Some(sessions) => place(sessions, time_zone, limit)?,
            None => expand(&request.terms.schedule, time_zone, now),
        };
        Ok(Self { on_conflict: acceptance.on_conflict, parties: request.parties, time_zone, occurrences, limit })
    }

    /// Returns the time from the first start to the last end, within which other sessions matter; `None` without sessions.
    pub fn window(&self) -> Option<Range<DateTime<Utc>>> {
        Occurrence::window(&self.occurrences)
    }

    /// Compares the sessions with the times within the window at which the parties are busy. If all of them conflict, none is
    /// skipped: the conflicts fail the acceptance. The series ends when the sessions of the package are used up; those that
    /// are skipped use up none.
    #[must_use]
    pub fn check(self, busy: &BusyTimes, now: DateTime<Utc>) -> Preview {
        let mut found = find_conflicts(&self.occurrences, self.parties, busy, now).into_iter().peekable();
        let (mut sessions, mut conflicts) = (Vec::new(), Vec::new());
        for occurrence in self.occurrences {
            let used = match self.on_conflict {
                OnConflict::Fail => sessions.len() + conflicts.len(),
                OnConflict::Skip => sessions.len(),
            };
            if used >= self.limit {
                break;
            }
            match found.next_if(|conflict| conflict.occurrence == occurrence) {
                Some(conflict) => conflicts.push(conflict),
                None => sessions.push(occurrence),
            }
        }
        let skips = self.on_conflict == OnConflict::Skip && !sessions.is_empty();
        let (conflicts, skipped) = if skips { (Vec::new(), conflicts) } else { (conflicts, Vec::new()) };
        Preview { time_zone: self.time_zone, sessions, conflicts, skipped }
    }
}

/// Resolves the tutor's sessions to instants, in ascending order.
fn place(sessions: &[ProposedSession], zone: Tz, limit: usize) -> Result<Vec<Occurrence>, Violations> {
    let mut violations = Violations::new();
    if sessions.len() > limit {
        let reason = Invalid::new("too_many", format!("must have at most {limit} entries"));
        violations.add("sessions", reason);
        return Err(violations);
    }
    let mut occurrences: Vec<_> =
        sessions.iter().map(|session| Occurrence::at(zone, session.date, session.slot)).collect();
    if let Some((first, second)) = self_overlap(&occurrences) {
        let reason = Invalid::new("self_overlap", format!("overlaps with sessions.{first}"));
        violations.add(format!("sessions.{second}"), reason);
        return Err(violations);
    }
    occurrences.sort_by_key(|occurrence| occurrence.starts_at);
    Ok(occurrences)
}

/// Decides on a tutor's acceptance.
pub fn plan_acceptance(
    request: &SessionRequest,
    preview: Preview,
    now: DateTime<Utc>,
) -> Result<AcceptancePlan, AcceptRefusal> {
    let content = "Session request accepted".to_owned();
    let answer =
        answer::plan(request, RequestTransition::Accept, content, now).map_err(AcceptRefusal::AlreadyAnswered)?;
    if !preview.conflicts.is_empty() {
        return Err(AcceptRefusal::Conflicts(preview.conflicts));
    }
    let today = now.with_timezone(&preview.time_zone).date_naive();
    Ok(AcceptancePlan {
        answer,
        tutor_id: request.tutor_id,
        student_id: request.student_id,
        parties: request.parties,
        package: request.package.clone(),
        agreed_price: request.agreed_price(),
        currency: request.currency(),
        status: EnrolmentStatus::Active,
        payment_status: PaymentStatus::Pending,
        payment_due_date: today.checked_add_days(Days::new(PAYMENT_DAYS)).unwrap_or(today),
        time_zone: preview.time_zone,
        topics: request.terms.message.iter().filter(|message| !message.is_empty()).cloned().collect(),
        sessions: preview.sessions,
        skipped: preview.skipped,
    })
}

#[cfg(test)]
mod tests;
