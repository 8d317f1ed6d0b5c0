//! Saying yes: the enrolment, its course and its sessions.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::answer::{self, AnswerPlan};
use super::{PackageSnapshot, RequestStatus, SessionRequest, Step};
use crate::ids::{StudentId, TutorId};
use crate::money::{Currency, Money};
use crate::schedule::{
    Booking, Conflict, MAX_SESSIONS, Occurrence, Parties, TimeSlot, expand, find_conflicts, self_overlap,
};
use crate::validation::{Invalid, Violations};

/// How many days after the enrolment payment is due.
const PAYMENT_DAYS: u64 = 7;

/// What to do about sessions that cannot be booked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum OnConflict {
    /// Book none.
    #[default]
    Fail,
    /// Book the others.
    Skip,
}

/// A session that the tutor puts in the place of what the schedule says, in the request's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposedSession {
    /// On which date.
    pub date: NaiveDate,
    /// When on it.
    pub slot: TimeSlot,
}

/// How a tutor accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// What to do about conflicts.
    pub on_conflict: OnConflict,
    /// The sessions, where the tutor edited them.
    pub sessions: Option<Vec<ProposedSession>>,
}

/// What becomes true when a tutor accepts. The write makes sure under both calendars' locks that the
/// sessions still clash with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptancePlan {
    /// The request's new status, and the message about it.
    pub answer: AnswerPlan,
    /// The tutor's profile.
    pub tutor_id: TutorId,
    /// The student's profile.
    pub student_id: StudentId,
    /// Whose calendars are written.
    pub parties: Parties,
    /// The package as it was when it was asked for.
    pub package: Option<PackageSnapshot>,
    /// What was agreed.
    pub agreed_price: Option<Money>,
    /// In which money.
    pub currency: Currency,
    /// Until when it is to be paid, a civil date in the request's zone.
    pub payment_due_date: NaiveDate,
    /// The zone of the sessions' wall clock.
    pub time_zone: Tz,
    /// What the sessions are about: the request's message.
    pub topics: Vec<String>,
    /// The sessions, ascending; a session's place is its index in the series.
    pub sessions: Vec<Occurrence>,
    /// What was left out because it could not be booked.
    pub skipped: Vec<Conflict>,
}

/// Why an acceptance is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptRefusal {
    /// Somebody was faster, or time was.
    AlreadyAnswered(RequestStatus),
    /// These cannot be booked.
    Conflicts(Vec<Conflict>),
    /// The edited sessions are wrong in themselves.
    Invalid(Violations),
}

/// What an acceptance would create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The sessions that can be booked.
    pub sessions: Vec<Occurrence>,
    /// What keeps the acceptance from succeeding.
    pub conflicts: Vec<Conflict>,
    /// What would be left out, where the tutor skips conflicts.
    pub skipped: Vec<Conflict>,
}

/// The occurrences that an acceptance at `now` is about, conflicting or not.
pub(super) fn occurrences(
    request: &SessionRequest,
    acceptance: &Acceptance,
    now: DateTime<Utc>,
) -> Result<Vec<Occurrence>, Violations> {
    let zone = request.terms.time_zone;
    let Some(proposed) = &acceptance.sessions else {
        return Ok(expand(&request.terms.schedule, zone, now));
    };
    let mut violations = Violations::new();
    if proposed.len() > MAX_SESSIONS {
        let reason = Invalid::new("too_many", format!("must have at most {MAX_SESSIONS} sessions"));
        violations.add("sessions", reason);
        return Err(violations);
    }
    let mut occurrences: Vec<_> =
        proposed.iter().map(|session| Occurrence::at(zone, session.date, session.slot)).collect();
    if let Some((first, second)) = self_overlap(&occurrences) {
        let reason = Invalid::new("self_overlap", format!("overlaps with sessions.{first}"));
        violations.add(format!("sessions.{second}"), reason);
        return Err(violations);
    }
    occurrences.sort_by_key(|occurrence| occurrence.starts_at);
    Ok(occurrences)
}

/// Says what an acceptance would create. It decides exactly as [`plan_acceptance`] does.
pub fn preview(
    request: &SessionRequest,
    acceptance: &Acceptance,
    booked: &[Booking],
    now: DateTime<Utc>,
) -> Result<Preview, Violations> {
    let occurrences = occurrences(request, acceptance, now)?;
    let conflicts = find_conflicts(&occurrences, request.parties, booked, now);
    let clashes = |occurrence: &Occurrence| conflicts.iter().any(|conflict| conflict.occurrence == *occurrence);
    let sessions: Vec<_> = occurrences.iter().filter(|occurrence| !clashes(occurrence)).cloned().collect();
    let skips = acceptance.on_conflict == OnConflict::Skip && !sessions.is_empty();
    let (conflicts, skipped) = if skips { (Vec::new(), conflicts) } else { (conflicts, Vec::new()) };
    Ok(Preview { sessions, conflicts, skipped })
}

/// Decides on a tutor's yes. Where every session conflicts, skipping them all is no acceptance either.
pub fn plan_acceptance(
    request: &SessionRequest,
    acceptance: &Acceptance,
    booked: &[Booking],
    now: DateTime<Utc>,
) -> Result<AcceptancePlan, AcceptRefusal> {
    let content = "Session request accepted".to_owned();
    let answer = answer::plan(request, Step::Accept, None, content, now).map_err(AcceptRefusal::AlreadyAnswered)?;
    let preview = preview(request, acceptance, booked, now).map_err(AcceptRefusal::Invalid)?;
    if !preview.conflicts.is_empty() {
        return Err(AcceptRefusal::Conflicts(preview.conflicts));
    }
    let today = now.with_timezone(&request.terms.time_zone).date_naive();
    Ok(AcceptancePlan {
        answer,
        tutor_id: request.tutor_id,
        student_id: request.student_id,
        parties: request.parties,
        package: request.package.clone(),
        agreed_price: request.agreed_price(),
        currency: request.currency(),
        payment_due_date: today.checked_add_days(Days::new(PAYMENT_DAYS)).unwrap_or(today),
        time_zone: request.terms.time_zone,
        topics: request.terms.message.iter().filter(|message| !message.is_empty()).cloned().collect(),
        sessions: preview.sessions,
        skipped: preview.skipped,
    })
}

#[cfg(test)]
mod tests;
