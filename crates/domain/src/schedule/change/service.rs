//! The use cases of changing sessions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use strum::VariantArray;

use super::{
    AddSessionError, AddedSession, AdditionRefusal, CancelCommand, ChangeFacts, CourseFacts, FindCourseError,
    RecheckReport, Scope, SessionChangeError, SessionChangePlan, SessionRepository, SessionUpdate, StuckSession,
    plan_addition, plan_cancellation, plan_recheck, plan_update,
};
use crate::accounts::Actor;
use crate::ids::{CourseId, SessionId};
use crate::schedule::{CalendarQueries, Conflict, Occurrence, Session, SessionQueries, Side, ZONE_RULES};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// The number of sessions that are rechecked at once.
const RECHECK_PART: usize = 200;

/// The use cases of changing sessions.
#[derive(Clone)]
pub struct SessionService {
    sessions: Arc<dyn SessionRepository>,
    queries: Arc<dyn SessionQueries>,
    calendars: Arc<dyn CalendarQueries>,
    clock: Arc<dyn Clock>,
}

impl SessionService {
    /// Wires the use cases to their ports.
    pub fn new(
        sessions: Arc<dyn SessionRepository>,
        queries: Arc<dyn SessionQueries>,
        calendars: Arc<dyn CalendarQueries>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { sessions, queries, calendars, clock }
    }

    /// Edits, reschedules or concludes a session that the caller teaches, and in the scope of the update those that start later, if
    /// the session as it reads at an instant satisfies `precondition`. Returns the session after the change.
    pub async fn update(
        &self,
        actor: &Actor,
        id: SessionId,
        update: &SessionUpdate,
        precondition: impl Fn(&Session, DateTime<Utc>) -> bool,
    ) -> Result<Session, SessionChangeError> {
        self.change(actor, id, update.scope, precondition, |facts, now| plan_update(facts, actor.user_id, update, now))
            .await
    }

    /// Cancels a session of the caller or of a child of the caller, and in the scope of the command those that start later, if the
    /// session satisfies `precondition`. Returns the session after the change.
    pub async fn cancel(
        &self,
        actor: &Actor,
        id: SessionId,
        command: &CancelCommand,
        precondition: impl Fn(&Session, DateTime<Utc>) -> bool,
    ) -> Result<Session, SessionChangeError> {
        let decide = |facts: &ChangeFacts, now| Ok(Some(plan_cancellation(facts, actor.user_id, command, now)?));
        self.change(actor, id, command.scope, precondition, decide).await
    }

    async fn change(
        &self,
        actor: &Actor,
        id: SessionId,
        scope: Scope,
        precondition: impl Fn(&Session, DateTime<Utc>) -> bool,
        decide: impl Fn(&ChangeFacts, DateTime<Utc>) -> Result<Option<SessionChangePlan>, SessionChangeError>,
    ) -> Result<Session, SessionChangeError> {
        retry_on_conflict(async || {
            let now = self.clock.now();
            let facts = self.sessions.change_facts(actor.user_id, id, scope).await?;
            let facts = facts.ok_or(SessionChangeError::NotFound)?;
            if !precondition(&facts.session, now) {
                return Err(SessionChangeError::PreconditionFailed);
            }
            let Some(plan) = decide(&facts, now)? else { return Ok(Ok(facts.session)) };
            let conflicts = self.conflicts(&plan, now).await?;
            if !conflicts.is_empty() {
                return Err(SessionChangeError::Conflicts(conflicts));
            }
            let session = plan.after(facts.session);
            Ok(self.sessions.change(plan).await.map(|()| session))
        })
        .await
    }

    /// Returns the conflicts of the sessions that a plan moves.
    async fn conflicts(&self, plan: &SessionChangePlan, now: DateTime<Utc>) -> Result<Vec<Conflict>, RepositoryError> {
        let mut conflicts = Vec::new();
        for moved in plan.moves() {
            let Some(window) = moved.window() else { continue };
            let busy = self.calendars.busy_times(moved.parties, window).await?;
            conflicts.extend(moved.conflicts(busy, now));
        }
        Ok(conflicts)
    }

    /// Returns a course that the caller teaches or attends, or that a child of the caller attends.
    pub async fn find_course(&self, actor: &Actor, course: CourseId) -> Result<CourseFacts, FindCourseError> {
        let facts = self.sessions.course_facts(course).await?.ok_or(FindCourseError::NotFound)?;
        let is_guardian = self.queries.guards(actor.user_id, facts.student).await?;
        let shows = |side: &Side| side.shows(facts.parties, actor.user_id, is_guardian);
        if Side::VARIANTS.iter().any(shows) { Ok(facts) } else { Err(FindCourseError::NotFound) }
    }

    /// Adds a session to a course that the caller teaches, and returns it.
    pub async fn add(&self, actor: &Actor, session: &AddedSession) -> Result<Session, AddSessionError> {
        let tutor = actor.tutor()?.user;
        let id = retry_on_conflict(async || {
            let now = self.clock.now();
            let facts = self.sessions.course_facts(session.course).await?;
            let facts = facts.filter(|facts| facts.parties.tutor == tutor);
            let facts = facts.ok_or(AddSessionError::Refused(AdditionRefusal::NotFound))?;
            let occurrence = Occurrence::at(facts.time_zone, session.date, session.slot);
            let window = occurrence.starts_at..occurrence.ends_at;
            let busy = self.calendars.busy_times(facts.parties, window).await?;
            let plan = plan_addition(&facts, session, &busy, now).map_err(AddSessionError::Refused)?;
            Ok::<_, AddSessionError>(self.sessions.add(plan).await)
        })
        .await?;
        let added = self.queries.find(tutor, id).await?;
        added.ok_or(AddSessionError::Refused(AdditionRefusal::NotFound))
    }

    /// Reports the future sessions whose instants have changed with the rules of their zones. Nothing is written, and conflicts
    /// are not looked for.
    pub async fn preview_recheck(&self) -> Result<RecheckReport, RepositoryError> {
        let now = self.clock.now();
        let mut report = RecheckReport::default();
        let mut after = SessionId::new(0);
        while let Some(part) = self.outdated(after, now).await? {
            report.unchanged += part.same.len();
            report.moved.extend(part.moving);
            after = part.last;
        }
        Ok(report)
    }

    /// Moves the future sessions whose instants have changed with the rules of their zones. Sessions that would conflict are
    /// tried again once the others have moved, and reported if they still conflict.
    pub async fn recheck_zones(&self) -> Result<RecheckReport, RepositoryError> {
        let now = self.clock.now();
        let mut report = RecheckReport::default();
        let mut waiting = Vec::new();
        let mut after = SessionId::new(0);
        while let Some(part) = self.outdated(after, now).await? {
            report.unchanged += part.same.len();
            self.sessions.confirm_rules(part.same, ZONE_RULES).await?;
            waiting.extend(part.moving);
            after = part.last;
        }
        while !waiting.is_empty() {
            let count = waiting.len();
            report.stuck.clear();
            for id in waiting {
                match self.recheck(id, now).await? {
                    Rechecked::Moved => report.moved.push(id),
                    Rechecked::Settled => report.unchanged += 1,
                    Rechecked::Stuck(stuck) => report.stuck.push(*stuck),
                }
            }
            if report.stuck.len() == count {
                break;
            }
            waiting = report.stuck.iter().map(|stuck| stuck.session.id).collect();
        }
        Ok(report)
    }

    /// Returns some of the future sessions that were resolved under other rules, from behind `after`; `None` without any.
    async fn outdated(&self, after: SessionId, now: DateTime<Utc>) -> Result<Option<Outdated>, RepositoryError> {
        let part = self.sessions.resolved_under_other_rules(ZONE_RULES, now, after, RECHECK_PART).await?;
        let Some(last) = part.last().map(|facts| facts.session.id) else { return Ok(None) };
        let (same, moving): (Vec<_>, Vec<_>) = part.into_iter().partition(|facts| plan_recheck(facts, now).is_none());
        Ok(Some(Outdated {
            same: same.into_iter().map(|facts| (facts.session.id, facts.session.version)).collect(),
            moving: moving.into_iter().map(|facts| facts.session.id).collect(),
            last,
        }))
    }

    /// Moves one session to its instants under the present rules, unless a conflict prevents it.
    async fn recheck(&self, id: SessionId, now: DateTime<Utc>) -> Result<Rechecked, RepositoryError> {
        retry_on_conflict(async || {
            let before = SessionId::new(id.get() - 1);
            let found = self.sessions.resolved_under_other_rules(ZONE_RULES, now, before, 1).await?;
            let facts = found.into_iter().find(|facts| facts.session.id == id);
            let Some(facts) = facts else { return Ok(Ok(Rechecked::Settled)) };
            let Some(plan) = plan_recheck(&facts, now) else { return Ok(Ok(Rechecked::Settled)) };
            if let Some(conflict) = self.conflicts(&plan, now).await?.into_iter().next() {
                let stuck = StuckSession { session: facts.session, conflict };
                return Ok(Ok(Rechecked::Stuck(Box::new(stuck))));
            }
            Ok(self.sessions.change(plan).await.map(|()| Rechecked::Moved))
        })
        .await
    }
}

/// Sessions that were resolved under other rules.
struct Outdated {
    /// The sessions whose instants are the same, with their versions.
    same: Vec<(SessionId, i32)>,
    /// The sessions whose instants have changed.
    moving: Vec<SessionId>,
    last: SessionId,
}

/// The outcome of rechecking one session.
enum Rechecked {
    Moved,
    /// The parties have moved or cancelled the session meanwhile.
    Settled,
    Stuck(Box<StuckSession>),
}
