//! Editing, rescheduling and concluding sessions.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{
    Announcement, ChangeFacts, ChangeKind, Scope, SessionAction, SessionChange, SessionChangeError, SessionChangePlan,
};
use crate::change::Change;
use crate::ids::UserId;
use crate::schedule::{Occurrence, PriorityLevel, Session, SessionMode, SessionStatus, TimeSlot};
use crate::text;
use crate::validation::{Invalid, Violations};

/// The largest number of topics of a session.
const MAX_TOPICS: usize = 20;

/// The outcome of a session that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// The session was held.
    Completed,
    /// The student did not appear.
    NoShow,
}

/// A new time of a session, in its zone. A missing field keeps its value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Move {
    /// The civil date.
    pub date: Option<NaiveDate>,
    /// The start, wall clock.
    pub start: Option<NaiveTime>,
    /// The end, wall clock.
    pub end: Option<NaiveTime>,
    /// Whether the end may be on the next day; by default it may if it is now.
    pub overnight: Option<bool>,
}

impl Move {
    fn is_requested(self) -> bool {
        self.date.is_some() || self.start.is_some() || self.end.is_some()
    }

    /// Returns the slot that sessions with the slot `current` get.
    fn slot(self, current: TimeSlot) -> Result<TimeSlot, Invalid> {
        let (start, end) = (self.start.unwrap_or(current.start()), self.end.unwrap_or(current.end()));
        if self.overnight.unwrap_or(current.is_overnight()) {
            TimeSlot::overnight(start, end)
        } else {
            TimeSlot::new(start, end)
        }
    }
}

/// A partial update of a session by its tutor. `None` keeps a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of Session")]
pub struct SessionUpdate {
    pub topics: Option<Vec<String>>,
    pub topics_covered: Option<Vec<String>>,
    pub mode: Option<SessionMode>,
    pub location: Change<String>,
    pub priority: Option<PriorityLevel>,
    /// The new time.
    pub time: Move,
    /// The outcome of a session that has begun.
    pub outcome: Option<Outcome>,
    /// The sessions to change.
    pub scope: Scope,
    /// Whether sessions that were moved on their own follow the series again.
    pub overwrite_exceptions: bool,
    /// The reason, shown to both sides.
    pub reason: Option<String>,
}

/// Parses topics: at most 20 distinct texts of 2000 characters.
pub fn parse_topics(input: &[String]) -> Result<Vec<String>, Invalid> {
    if input.len() > MAX_TOPICS {
        return Err(Invalid::new("too_many", format!("must have at most {MAX_TOPICS} entries")));
    }
    let mut topics = Vec::with_capacity(input.len());
    for topic in input {
        let topic = text::prose(topic, 2000)?;
        if !topic.is_empty() && !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    Ok(topics)
}

/// Decides on an update by a user. Returns `None` if nothing changes. The new times may conflict with others, see
/// [`SessionChangePlan::moves`].
pub fn plan_update(
    facts: &ChangeFacts,
    user: UserId,
    update: &SessionUpdate,
    now: DateTime<Utc>,
) -> Result<Option<SessionChangePlan>, SessionChangeError> {
    check(update)?;
    let session = &facts.session;
    let mut status = session.status;
    if let Some(outcome) = update.outcome {
        let (action, wanted) = match outcome {
            Outcome::Completed => (SessionAction::Complete, SessionStatus::Completed),
            Outcome::NoShow => (SessionAction::MarkNoShow, SessionStatus::NoShow),
        };
        // A repetition of the same outcome changes nothing.
        let repeated = facts.apply(SessionAction::Edit, user, now).is_ok() && session.status == wanted;
        status = if repeated { wanted } else { facts.apply(action, user, now)? };
    } else {
        facts.apply(SessionAction::Edit, user, now)?;
    }
    let target = Session { status, ..edited(retimed(session, update)?, update) };
    if target.occurrence != session.occurrence {
        facts.apply(SessionAction::Reschedule, user, now)?;
    }
    let slot = target.occurrence.slot;
    let mut states = vec![(session, target)];
    if update.scope == Scope::Following {
        let shift = update.time.date.map_or(TimeDelta::zero(), |date| date - session.series_date);
        let follows = |one: &&Session| one.is_upcoming(now) && (update.overwrite_exceptions || !one.is_exception);
        for one in facts.following.iter().filter(follows) {
            states.push((one, edited(shifted(one, update.time, slot, shift), update)));
        }
    }
    let changes: Vec<SessionChange> =
        states.into_iter().filter_map(|(before, after)| change(before, after, update, now)).collect();
    let announcements = Announcement::of(&changes, facts.contact, Some(user)).into_iter().collect();
    let plan = SessionChangePlan { actor: Some(user), at: now, changes, announcements, guardianship: None };
    Ok(Some(plan).filter(|plan| !plan.changes.is_empty()))
}

/// Checks that the parts of an update can be combined.
fn check(update: &SessionUpdate) -> Result<(), SessionChangeError> {
    let mut violations = Violations::new();
    if update.outcome.is_some() && update.time.is_requested() {
        violations.add("status", Invalid::new("ambiguous", "must be omitted when the session is moved"));
    }
    if update.outcome.is_some() && update.scope == Scope::Following {
        violations.add("scope", Invalid::new("ambiguous", "must be this when status is given"));
    }
    if violations.is_empty() { Ok(()) } else { Err(SessionChangeError::Invalid(violations)) }
}

/// Returns the session that an update names at its new time.
fn retimed(session: &Session, update: &SessionUpdate) -> Result<Session, SessionChangeError> {
    let time = update.time;
    if !time.is_requested() {
        return Ok(session.clone());
    }
    let date = time.date.unwrap_or(session.occurrence.date);
    let slot = time.slot(session.occurrence.slot).map_err(|reason| {
        let mut violations = Violations::new();
        violations.add("end_time", reason);
        SessionChangeError::Invalid(violations)
    })?;
    let moved = Session { occurrence: Occurrence::at(session.time_zone, date, slot), ..session.clone() };
    Ok(match update.scope {
        Scope::This => {
            let is_exception = session.is_exception || moved.occurrence != session.occurrence;
            Session { is_exception, ..moved }
        }
        Scope::Following => {
            let series_date = time.date.unwrap_or(session.series_date);
            Session { series_date, is_exception: date != series_date, ..moved }
        }
    })
}

/// Returns a later session of the series at its new time: its date in the series, shifted. A session keeps its own slot unless
/// the update gives a time of day or the session was moved on its own. Then it gets `slot`, that of the session that the
/// update names, as a whole: a new start alone must not lengthen sessions that end later.
fn shifted(session: &Session, time: Move, slot: TimeSlot, shift: TimeDelta) -> Session {
    if !time.is_requested() {
        return session.clone();
    }
    let follows_slot = session.is_exception || time.start.is_some() || time.end.is_some();
    let slot = if follows_slot { slot } else { session.occurrence.slot };
    let date = session.series_date.checked_add_signed(shift).unwrap_or(session.series_date);
    let occurrence = Occurrence::at(session.time_zone, date, slot);
    Session { occurrence, series_date: date, is_exception: false, ..session.clone() }
}

/// Returns a session with the properties that an update gives, apart from its time and status.
fn edited(session: Session, update: &SessionUpdate) -> Session {
    Session {
        topics: update.topics.clone().unwrap_or(session.topics),
        topics_covered: update.topics_covered.clone().unwrap_or(session.topics_covered),
        mode: update.mode.unwrap_or(session.mode),
        location: update.location.clone().apply(session.location),
        priority: update.priority.unwrap_or(session.priority),
        ..session
    }
}

/// Returns the change of a session; `None` if it stays as it is.
fn change(before: &Session, after: Session, update: &SessionUpdate, now: DateTime<Utc>) -> Option<SessionChange> {
    if after == *before {
        return None;
    }
    let next = before.next_version(now);
    let mut after = Session { version: next.version, updated_at: next.updated_at, ..after };
    let kind = if after.occurrence != before.occurrence {
        after.rescheduled_at = Some(now);
        ChangeKind::Rescheduled
    } else {
        match after.status {
            status if status == before.status => ChangeKind::Edited,
            SessionStatus::NoShow => ChangeKind::NoShow,
            SessionStatus::Completed
            | SessionStatus::Scheduled
            | SessionStatus::InProgress
            | SessionStatus::Cancelled => ChangeKind::Completed,
        }
    };
    Some(SessionChange { kind, before: before.clone(), after, reason: update.reason.clone() })
}
