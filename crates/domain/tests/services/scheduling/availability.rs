//! The use cases of availability and time off.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Role, RoleRequired};
use astegni_domain::change::Change;
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{MockConnectionRepository, RelationGate};
use astegni_domain::ids::{SessionId, TimeOffId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{
    Availability, AvailabilityChanges, AvailabilityError, AvailabilityService, ChangeFacts, CourseContact, DayWindow,
    MAX_AFFECTED, MockAvailabilityRepository, MockCalendarQueries, MockSessionQueries, Period, RecordedTimeOff,
    Session, SessionStatus, TimeOffError, TimeOffTerms,
};
use astegni_domain::tutoring::MockTutorRepository;
use chrono::{TimeDelta, Weekday};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, session, student, tutor};

pub(super) const TUTOR: UserId = UserId::new(3);

/// The ports of the service. A mock without expectations fails the test when it is called.
#[derive(Default)]
pub(super) struct Ports {
    pub(super) store: MockAvailabilityRepository,
    pub(super) calendars: MockCalendarQueries,
    pub(super) sessions: MockSessionQueries,
    pub(super) tutors: MockTutorRepository,
    pub(super) connections: MockConnectionRepository,
}

impl Ports {
    pub(super) fn service(self) -> AvailabilityService {
        AvailabilityService::new(
            Arc::new(self.store),
            Arc::new(self.calendars),
            Arc::new(self.sessions),
            Arc::new(self.tutors),
            RelationGate::new(Arc::new(self.connections)),
            Arc::new(ManualClock::new(now())),
        )
    }
}

fn stored<const N: usize>(versions: [i64; N]) -> Ports {
    let mut ports = Ports::default();
    let mut versions = versions.into_iter();
    ports
        .store
        .expect_availability()
        .with(eq(TUTOR))
        .times(N)
        .returning(move |_| Ok(Availability { version: versions.next().unwrap(), ..Availability::unlimited(Tz::UTC) }));
    ports
}

fn buffer(minutes: u16) -> AvailabilityChanges {
    AvailabilityChanges { buffer_minutes: Change::Set(minutes), ..AvailabilityChanges::default() }
}

#[test]
fn a_tutor_reads_and_changes_availability() {
    assert_eq!(block_on(stored([0]).service().own(&tutor())).unwrap(), Availability::unlimited(Tz::UTC));
    let changed = Availability { buffer_minutes: 15, version: 4, ..Availability::unlimited(Tz::UTC) };
    let mut ports = stored([3]);
    ports.store.expect_set_availability().with(eq(TUTOR), eq(changed.clone())).times(1).returning(|_, _| Ok(()));
    assert_eq!(block_on(ports.service().update(&tutor(), &buffer(15), |_| true)).unwrap(), changed);
}

#[test]
fn a_conflicting_change_is_decided_again_with_its_precondition() {
    let mut ports = stored([3, 4]);
    let mut outcomes = [Err(RepositoryError::Conflict), Ok(())].into_iter();
    ports.store.expect_set_availability().times(2).returning(move |_, _| outcomes.next().unwrap());
    let changed = block_on(ports.service().update(&tutor(), &buffer(15), |_| true)).unwrap();
    assert_eq!(changed.version, 5);

    let mut ports = stored([3, 4]);
    ports.store.expect_set_availability().times(1).returning(|_, _| Err(RepositoryError::Conflict));
    let outcome = block_on(ports.service().update(&tutor(), &buffer(15), |seen| seen.version == 3));
    assert!(matches!(outcome, Err(AvailabilityError::PreconditionFailed)));
}

#[test]
fn an_invalid_change_is_not_written() {
    let window = DayWindow::new(0, 60).unwrap();
    let twice = Change::Set(vec![(Weekday::Mon, window), (Weekday::Mon, window)]);
    let changes = AvailabilityChanges { weekly: twice, ..AvailabilityChanges::default() };
    let outcome = block_on(stored([0]).service().update(&tutor(), &changes, |_| true));
    assert!(matches!(outcome, Err(AvailabilityError::Invalid(found)) if found.concerns("weekly.1")));
}

#[test]
fn only_tutors_have_availability_and_time_off() {
    let service = || Ports::default().service();
    let tutors_only = RoleRequired(Role::Tutor);
    assert!(
        matches!(block_on(service().own(&student())), Err(AvailabilityError::RoleRequired(role)) if role == tutors_only)
    );
    let outcome = block_on(service().update(&student(), &buffer(1), |_| true));
    assert!(matches!(outcome, Err(AvailabilityError::RoleRequired(_))));
    let outcome = block_on(service().time_off(&student(), PageRequest::FIRST));
    assert!(matches!(outcome, Err(TimeOffError::RoleRequired(_))));
    assert!(matches!(block_on(service().add_time_off(&student(), &terms(true))), Err(TimeOffError::RoleRequired(_))));
    let outcome = block_on(service().remove_time_off(&student(), TimeOffId::new(1)));
    assert!(matches!(outcome, Err(TimeOffError::RoleRequired(_))));
}

/// Time off on the day of the session.
fn terms(cancels_sessions: bool) -> TimeOffTerms {
    let starts_at = session().occurrence.starts_at - TimeDelta::hours(10);
    let period = Period { starts_at, ends_at: starts_at + TimeDelta::days(1) };
    TimeOffTerms { period, reason: Some("Surgery".to_owned()), cancels_sessions }
}

fn taught(count: usize) -> Vec<ChangeFacts> {
    let contact = CourseContact { requester: UserId::new(1), requester_is_guardian: false, is_blocked: false };
    let facts = |id: usize| ChangeFacts {
        session: Session { id: SessionId::new(id.try_into().unwrap()), ..session() },
        following: Vec::new(),
        contact,
    };
    (0..count).map(facts).collect()
}

#[test]
fn time_off_lists_the_sessions_that_it_leaves() {
    let mut ports = Ports::default();
    ports
        .store
        .expect_taught_during()
        .with(eq(TUTOR), eq(terms(false).period), eq(MAX_AFFECTED))
        .times(1)
        .returning(|_, _, _| Ok(taught(1)));
    ports
        .store
        .expect_add_time_off()
        .withf(|plan| {
            plan.tutor == TUTOR && plan.at == now() && plan.terms == terms(false) && plan.cancellations.is_none()
        })
        .times(1)
        .returning(|_| Ok(Some(RecordedTimeOff { id: TimeOffId::new(7), affected_count: 102 })));
    let added = block_on(ports.service().add_time_off(&tutor(), &terms(false))).unwrap();
    assert_eq!((added.time_off.id, added.time_off.created_at), (TimeOffId::new(7), now()));
    assert_eq!((added.time_off.reason.as_deref(), added.time_off.period), (Some("Surgery"), terms(false).period));
    assert_eq!((added.affected.len(), added.affected_count), (1, 102));
}

#[test]
fn time_off_cancels_sessions_without_telling_why() {
    let mut ports = Ports::default();
    let mut reads = [taught(1), taught(2)].into_iter();
    ports.store.expect_taught_during().times(2).returning(move |_, _, _| Ok(reads.next().unwrap()));
    let mut outcomes = [1_usize, 2].into_iter();
    ports.store.expect_add_time_off().times(2).returning(move |plan| {
        let cancellations = plan.cancellations.unwrap();
        let expected = outcomes.next().unwrap();
        assert_eq!(cancellations.changes.len(), expected, "the sessions are read at every attempt");
        assert!(!format!("{cancellations:?}").contains("Surgery"), "the note on the time off is private");
        if expected == 1 {
            return Err(RepositoryError::Conflict);
        }
        Ok(Some(RecordedTimeOff { id: TimeOffId::new(7), affected_count: 0 }))
    });
    let added = block_on(ports.service().add_time_off(&tutor(), &terms(true))).unwrap();
    let affected: Vec<_> = added.affected.iter().map(|session| (session.id.get(), session.status)).collect();
    assert_eq!(affected, [(0, SessionStatus::Cancelled), (1, SessionStatus::Cancelled)]);
    assert_eq!(added.affected_count, 2);
}

#[test]
fn a_session_that_has_begun_stays_and_is_listed_among_the_cancelled_ones() {
    let mut ports = Ports::default();
    let mut begun = taught(2);
    begun[0].session.occurrence.starts_at = now();
    ports.store.expect_taught_during().once().returning(move |_, _, _| Ok(begun.clone()));
    let recorded = RecordedTimeOff { id: TimeOffId::new(7), affected_count: 1 };
    ports.store.expect_add_time_off().once().returning(move |_| Ok(Some(recorded)));
    let added = block_on(ports.service().add_time_off(&tutor(), &terms(true))).unwrap();
    let statuses: Vec<_> = added.affected.iter().map(|session| session.status).collect();
    assert_eq!((statuses, added.affected_count), (vec![SessionStatus::Scheduled, SessionStatus::Cancelled], 2));
}

#[test]
fn time_off_cancels_a_limited_number_of_sessions() {
    let attempt = |count: usize| {
        let mut ports = Ports::default();
        ports.store.expect_taught_during().returning(move |_, _, limit| Ok(taught(count.min(limit))));
        let recorded = RecordedTimeOff { id: TimeOffId::new(7), affected_count: 100 };
        ports.store.expect_add_time_off().returning(move |_| Ok(Some(recorded)));
        block_on(ports.service().add_time_off(&tutor(), &terms(true)))
    };
    assert!(attempt(MAX_AFFECTED).is_ok());
    assert!(matches!(attempt(MAX_AFFECTED + 1), Err(TimeOffError::Invalid(found)) if found.concerns("ends_at")));
}

#[test]
fn a_tutor_has_a_largest_number_of_periods_of_time_off() {
    for cancels_sessions in [false, true] {
        let mut ports = Ports::default();
        // Without time off, the sessions during it are of no interest.
        ports.store.expect_taught_during().times(usize::from(cancels_sessions)).returning(|_, _, _| Ok(taught(1)));
        ports.store.expect_add_time_off().times(1).returning(|_| Ok(None));
        let refused = block_on(ports.service().add_time_off(&tutor(), &terms(cancels_sessions)));
        assert!(matches!(refused, Err(TimeOffError::TooMany)));
    }
}

#[test]
fn time_off_is_listed_and_ended() {
    let mut ports = Ports::default();
    let page = || Page { items: Vec::new(), next: None };
    ports.store.expect_time_off().with(eq(TUTOR), eq(PageRequest::FIRST)).times(1).returning(move |_, _| Ok(page()));
    assert_eq!(block_on(ports.service().time_off(&tutor(), PageRequest::FIRST)).unwrap(), page());
    for existed in [true, false] {
        let mut ports = Ports::default();
        let id = TimeOffId::new(7);
        ports.store.expect_remove_time_off().with(eq(TUTOR), eq(id)).times(1).returning(move |_, _| Ok(existed));
        let ended = block_on(ports.service().remove_time_off(&tutor(), id));
        assert!(if existed { ended.is_ok() } else { matches!(ended, Err(TimeOffError::NotFound)) });
    }
}
