//! The use cases of availability, time off and free slots.

use std::sync::Arc;

use super::slots::free_slots;
use super::{
    Availability, AvailabilityChanges, AvailabilityError, AvailabilityRepository, FreeSlots, MAX_AFFECTED, NewTimeOff,
    Openings, SlotQuery, SlotsError, TimeOff, TimeOffError, TimeOffPlan, TimeOffTerms,
};
use crate::accounts::Actor;
use crate::connections::{ConnectionError, RelationGate};
use crate::ids::{StudentId, TimeOffId, TutorId, UserId};
use crate::page::{Page, PageRequest};
use crate::schedule::{CalendarQueries, Parties, Session, SessionQueries, plan_cancellations};
use crate::tutoring::{ReadTutorError, TutorRepository, visible_tutor};
use crate::validation::{Invalid, Violations};
use crate::{Clock, retry_on_conflict};

/// The use cases of availability, time off and free slots.
#[derive(Clone)]
pub struct AvailabilityService {
    store: Arc<dyn AvailabilityRepository>,
    calendars: Arc<dyn CalendarQueries>,
    sessions: Arc<dyn SessionQueries>,
    tutors: Arc<dyn TutorRepository>,
    gate: RelationGate,
    clock: Arc<dyn Clock>,
}

impl AvailabilityService {
    /// Wires the use cases to their ports.
    pub fn new(
        store: Arc<dyn AvailabilityRepository>,
        calendars: Arc<dyn CalendarQueries>,
        sessions: Arc<dyn SessionQueries>,
        tutors: Arc<dyn TutorRepository>,
        gate: RelationGate,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { store, calendars, sessions, tutors, gate, clock }
    }

    /// Returns the caller's availability.
    pub async fn own(&self, actor: &Actor) -> Result<Availability, AvailabilityError> {
        Ok(self.store.availability(actor.tutor()?.user).await?)
    }

    /// Changes the caller's availability if it satisfies `precondition`, and returns it. Booked sessions stay as they are.
    pub async fn update(
        &self,
        actor: &Actor,
        changes: &AvailabilityChanges,
        precondition: impl Fn(&Availability) -> bool,
    ) -> Result<Availability, AvailabilityError> {
        let tutor = actor.tutor()?.user;
        retry_on_conflict(async || {
            let seen = self.store.availability(tutor).await?;
            if !precondition(&seen) {
                return Err(AvailabilityError::PreconditionFailed);
            }
            let changed = seen.apply(changes.clone(), self.clock.now()).map_err(AvailabilityError::Invalid)?;
            Ok(self.store.set_availability(tutor, changed.clone()).await.map(|()| changed))
        })
        .await
    }

    /// Returns a page of the caller's time off, descending by start.
    pub async fn time_off(&self, actor: &Actor, page: PageRequest) -> Result<Page<TimeOff>, TimeOffError> {
        Ok(self.store.time_off(actor.tutor()?.user, page).await?)
    }

    /// Gives the caller time off, and cancels the sessions during it if the terms request that.
    pub async fn add_time_off(&self, actor: &Actor, terms: &TimeOffTerms) -> Result<NewTimeOff, TimeOffError> {
        let tutor = actor.tutor()?.user;
        let (recorded, at, cancelled) = retry_on_conflict(async || {
            let now = self.clock.now();
            let cancelled = if terms.cancels_sessions {
                let affected = self.store.taught_during(tutor, terms.period, MAX_AFFECTED + 1).await?;
                if affected.len() > MAX_AFFECTED {
                    return Err(too_many_sessions());
                }
                let plan = plan_cancellations(&affected, tutor, now);
                let affected: Vec<Session> = affected.into_iter().map(|facts| plan.after(facts.session)).collect();
                Some((plan, affected))
            } else {
                None
            };
            let (cancellations, cancelled) = cancelled.unzip();
            let plan = TimeOffPlan { tutor, terms: terms.clone(), cancellations, at: now };
            Ok(self.store.add_time_off(plan).await.map(|recorded| (recorded, now, cancelled)))
        })
        .await?;
        let recorded = recorded.ok_or(TimeOffError::TooMany)?;
        let time_off = TimeOff { id: recorded.id, period: terms.period, reason: terms.reason.clone(), created_at: at };
        // Sessions that were cancelled no longer occupy the calendar, so that they cannot be read there.
        if let Some(affected) = cancelled {
            let affected_count = i64::try_from(affected.len()).unwrap_or(i64::MAX);
            return Ok(NewTimeOff { time_off, affected, affected_count });
        }
        let affected = self.store.taught_during(tutor, terms.period, MAX_AFFECTED).await?;
        let affected = affected.into_iter().map(|facts| facts.session).collect();
        Ok(NewTimeOff { time_off, affected, affected_count: recorded.affected_count })
    }

    /// Ends time off of the caller.
    pub async fn remove_time_off(&self, actor: &Actor, id: TimeOffId) -> Result<(), TimeOffError> {
        let tutor = actor.tutor()?.user;
        if self.store.remove_time_off(tutor, id).await? { Ok(()) } else { Err(TimeOffError::NotFound) }
    }

    /// Returns the times at which a tutor can be booked, ascending. With `student`, the caller or a child of the caller, they
    /// are free in the student's calendar as well. Nothing else about either calendar is revealed.
    pub async fn slots(
        &self,
        viewer: Option<UserId>,
        tutor: TutorId,
        student: Option<StudentId>,
        query: &SlotQuery,
    ) -> Result<FreeSlots, SlotsError> {
        let tutor = visible_tutor(self.tutors.as_ref(), &self.gate, viewer, tutor).await?;
        let student = self.student(viewer, student).await?;
        if student.is_some() && student != viewer {
            // A guardian who asks for a child gets no further than the child.
            self.gate.open(student, tutor.user_id).await.map_err(|error| match error {
                ConnectionError::Refused(_) => ReadTutorError::NotFound.into(),
                ConnectionError::Repository(error) => SlotsError::Repository(error),
            })?;
        }
        let now = self.clock.now();
        let tutor = tutor.user_id;
        let availability = self.store.availability(tutor).await?;
        let zone = query.time_zone.unwrap_or(availability.time_zone);
        let window = query.window(zone, now).map_err(SlotsError::Invalid)?;
        // Without a student, the tutor's calendar is the only one that counts.
        let parties = Parties { tutor, student: student.unwrap_or(tutor) };
        let busy = self.calendars.busy_times(parties, query.reach(&availability, &window)).await?;
        let openings = Openings::new(&availability, tutor, &window, &busy.bookings, now);
        let slots = free_slots(&openings, &busy.occupied(parties), query, zone, &window, now);
        Ok(FreeSlots { time_zone: zone, slots })
    }

    async fn student(&self, viewer: Option<UserId>, student: Option<StudentId>) -> Result<Option<UserId>, SlotsError> {
        let Some(student) = student else { return Ok(None) };
        let viewer = viewer.ok_or(SlotsError::StudentNotFound)?;
        let user = self.sessions.student_for(viewer, student).await?;
        user.map(Some).ok_or(SlotsError::StudentNotFound)
    }
}

fn too_many_sessions() -> TimeOffError {
    let mut violations = Violations::new();
    let message = format!("must be earlier, because at most {MAX_AFFECTED} sessions can be cancelled at once");
    violations.add("ends_at", Invalid::new("too_many", message));
    TimeOffError::Invalid(violations)
}
