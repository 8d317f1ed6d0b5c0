//! The use cases of changing sessions.

use std::cell::Cell;
use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role, RoleRequired};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{CourseId, RequestId, SessionId, StudentId, UserId};
use astegni_domain::schedule::{
    ActionRefusal, AddSessionError, AddedSession, AdditionRefusal, Booking, BusyTimes, CancelCommand, ChangeFacts,
    ConflictKind, CourseContact, CourseFacts, FindCourseError, MockCalendarQueries, MockSessionQueries,
    MockSessionRepository, Move, PackageUse, Period, Scope, Session, SessionAction, SessionChangeError, SessionService,
    SessionStatus, SessionUpdate, plan_cancellation, plan_update,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, session, slot, student, tutor};

const SESSION: SessionId = SessionId::new(9);
const COURSE: CourseId = CourseId::new(4);

fn any(_: &Session, _: DateTime<Utc>) -> bool {
    true
}

fn facts(session: Session) -> ChangeFacts {
    let contact = CourseContact { requester: UserId::new(1), requester_is_guardian: false, is_blocked: false };
    ChangeFacts { session, following: Vec::new(), contact }
}

/// A store from which the tutor reads a session in one state after another.
fn store<const N: usize>(scope: Scope, states: [Session; N]) -> MockSessionRepository {
    let mut states = states.into_iter();
    let mut sessions = MockSessionRepository::new();
    sessions
        .expect_change_facts()
        .with(eq(UserId::new(3)), eq(SESSION), eq(scope))
        .times(N)
        .returning(move |_, _, _| Ok(states.next().map(facts)));
    sessions
}

/// Calendars with another session of the tutor, from noon to one.
fn calendars(reads: usize) -> MockCalendarQueries {
    let noon = Booking { session_id: SessionId::new(50), period: at("12:00", "13:00"), ..booking(&session()) };
    let busy = BusyTimes { bookings: vec![noon, booking(&session())], time_off: Vec::new() };
    let mut calendars = MockCalendarQueries::new();
    calendars.expect_busy_times().times(reads).returning(move |_, _| Ok(busy.clone()));
    calendars
}

fn booking(session: &Session) -> Booking {
    let period = session.occurrence.period();
    Booking { session_id: session.id, parties: session.parties, period, status: session.status }
}

fn at(from: &str, to: &str) -> Period {
    let instant = |time: &str| format!("2026-02-02T{time}:00Z").parse().unwrap();
    Period { starts_at: instant(from), ends_at: instant(to) }
}

fn service(
    sessions: MockSessionRepository,
    calendars: MockCalendarQueries,
    queries: MockSessionQueries,
) -> SessionService {
    let clock = Arc::new(ManualClock::new(now()));
    SessionService::new(Arc::new(sessions), Arc::new(queries), Arc::new(calendars), clock)
}

/// The service where no other query on sessions is expected.
fn changing(sessions: MockSessionRepository, calendars: MockCalendarQueries) -> SessionService {
    service(sessions, calendars, MockSessionQueries::new())
}

fn to_hours(from: u32, to: u32) -> SessionUpdate {
    let slot = slot(from, to);
    let time = Move { start: Some(slot.start()), end: Some(slot.end()), ..Move::default() };
    SessionUpdate { time, ..SessionUpdate::default() }
}

#[test]
fn a_move_is_written_as_planned_and_the_session_returned_as_it_becomes() {
    let update = to_hours(11, 12);
    let plan = plan_update(&facts(session()), UserId::new(3), &update, now()).unwrap().unwrap();
    let after = plan.changes[0].after.clone();
    let mut sessions = store(Scope::This, [session()]);
    sessions.expect_change().with(eq(plan)).times(1).returning(|_| Ok(()));
    let mut calendars = MockCalendarQueries::new();
    let window = at("11:00", "12:00");
    calendars
        .expect_busy_times()
        .with(eq(session().parties), eq(window.starts_at..window.ends_at))
        .times(1)
        .returning(|_, _| Ok(BusyTimes::default()));
    let moved = block_on(changing(sessions, calendars).update(&tutor(), SESSION, &update, any)).unwrap();
    assert_eq!((moved.version, &moved), (1, &after));
}

#[test]
fn conflicts_of_the_new_time_are_reported_and_nothing_is_written() {
    let sessions = store(Scope::This, [session()]);
    let outcome = block_on(changing(sessions, calendars(1)).update(&tutor(), SESSION, &to_hours(11, 13), any));
    let Err(SessionChangeError::Conflicts(conflicts)) = outcome else { panic!("no conflicts: {outcome:?}") };
    let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
    assert_eq!((conflict.kind, conflict.session_id), (ConflictKind::TutorBusy, Some(SessionId::new(50))));
    // The former time of the session is no obstacle.
    let mut sessions = store(Scope::Following, [session()]);
    sessions.expect_change().times(1).returning(|_| Ok(()));
    let longer = SessionUpdate { scope: Scope::Following, ..to_hours(10, 12) };
    block_on(changing(sessions, calendars(1)).update(&tutor(), SESSION, &longer, any)).unwrap();
}

#[test]
fn the_calendars_are_not_read_for_an_edit_and_nothing_is_written_without_a_change() {
    let update = SessionUpdate { topics: Some(vec!["Sums".to_owned()]), ..SessionUpdate::default() };
    let mut sessions = store(Scope::This, [session()]);
    sessions.expect_change().times(1).returning(|_| Ok(()));
    let edited = block_on(changing(sessions, calendars(0)).update(&tutor(), SESSION, &update, any)).unwrap();
    assert_eq!(edited.topics, ["Sums"]);
    let unchanged = changing(store(Scope::This, [session()]), calendars(0));
    assert_eq!(block_on(unchanged.update(&tutor(), SESSION, &to_hours(10, 11), any)).unwrap(), session());
}

#[test]
fn a_conflicting_write_checks_the_precondition_again() {
    let command = CancelCommand::default();
    let later = Session { version: 1, ..session() };
    let first = plan_cancellation(&facts(session()), UserId::new(3), &command, now()).unwrap();
    let second = plan_cancellation(&facts(later.clone()), UserId::new(3), &command, now()).unwrap();

    let mut sessions = store(Scope::This, [session(), later.clone()]);
    sessions.expect_change().with(eq(first.clone())).times(1).returning(|_| Err(RepositoryError::Conflict));
    sessions.expect_change().with(eq(second)).times(1).returning(|_| Ok(()));
    let seen = Cell::new(0);
    let count = |_: &Session, at: DateTime<Utc>| {
        seen.set(seen.get() + 1);
        at == now()
    };
    let cancelled = block_on(changing(sessions, calendars(0)).cancel(&tutor(), SESSION, &command, count)).unwrap();
    assert_eq!((cancelled.status, cancelled.version, seen.get()), (SessionStatus::Cancelled, 2, 2));

    let mut sessions = store(Scope::This, [session(), later]);
    sessions.expect_change().with(eq(first)).times(1).returning(|_| Err(RepositoryError::Conflict));
    let of_version = |session: &Session, _: DateTime<Utc>| session.version == 0;
    let outcome = block_on(changing(sessions, calendars(0)).cancel(&tutor(), SESSION, &command, of_version));
    assert!(matches!(outcome, Err(SessionChangeError::PreconditionFailed)));
}

#[test]
fn a_failed_precondition_precedes_every_refusal() {
    let over = Session { status: SessionStatus::Cancelled, ..session() };
    let never = |_: &Session, _: DateTime<Utc>| false;
    let service = changing(store(Scope::This, [over.clone()]), calendars(0));
    let outcome = block_on(service.update(&tutor(), SESSION, &to_hours(11, 12), never));
    assert!(matches!(outcome, Err(SessionChangeError::PreconditionFailed)));
    let service = changing(store(Scope::This, [over]), calendars(0));
    let outcome = block_on(service.cancel(&tutor(), SESSION, &CancelCommand::default(), any));
    let Err(SessionChangeError::Refused(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal, ActionRefusal::Status(SessionAction::Cancel, SessionStatus::Cancelled));
}

#[test]
fn a_session_that_the_caller_does_not_see_is_not_found() {
    let hidden = || {
        let mut sessions = MockSessionRepository::new();
        sessions.expect_change_facts().times(1).returning(|_, _, _| Ok(None));
        changing(sessions, calendars(0))
    };
    let outcome = block_on(hidden().update(&tutor(), SESSION, &to_hours(11, 12), any));
    assert!(matches!(outcome, Err(SessionChangeError::NotFound)));
    let outcome = block_on(hidden().cancel(&student(), SESSION, &CancelCommand::default(), any));
    assert!(matches!(outcome, Err(SessionChangeError::NotFound)));
}

fn course() -> CourseFacts {
    CourseFacts {
        course: COURSE,
        request: RequestId::new(7),
        parties: session().parties,
        student: StudentId::new(8),
        contact: CourseContact { requester: UserId::new(1), requester_is_guardian: false, is_blocked: false },
        time_zone: Tz::UTC,
        package: PackageUse { included: None, used: 1, credited: 0 },
        next_place: 1,
    }
}

fn courses(found: Option<CourseFacts>, reads: usize) -> MockSessionRepository {
    let mut sessions = MockSessionRepository::new();
    sessions.expect_course_facts().with(eq(COURSE)).times(reads).returning(move |_| Ok(found.clone()));
    sessions
}

fn added(from: u32, to: u32) -> AddedSession {
    AddedSession { course: COURSE, date: "2026-02-02".parse().unwrap(), slot: slot(from, to), topics: Vec::new() }
}

#[test]
fn an_added_session_is_compared_with_the_calendars_at_every_attempt() {
    let mut sessions = courses(Some(course()), 2);
    let mut outcomes = [Err(RepositoryError::Conflict), Ok(SESSION)].into_iter();
    sessions.expect_add().times(2).returning(move |_| outcomes.next().unwrap());
    let mut queries = MockSessionQueries::new();
    queries.expect_find().with(eq(UserId::new(3)), eq(SESSION)).times(1).returning(|_, _| Ok(Some(session())));
    let found = block_on(service(sessions, calendars(2), queries).add(&tutor(), &added(14, 15))).unwrap();
    assert_eq!(found, session());

    let outcome = block_on(changing(courses(Some(course()), 1), calendars(1)).add(&tutor(), &added(12, 13)));
    assert!(matches!(outcome, Err(AddSessionError::Refused(AdditionRefusal::Conflicts(found))) if found.len() == 1));
}

#[test]
fn only_the_tutor_of_a_course_adds_sessions_to_it() {
    let outcome = block_on(changing(courses(None, 0), calendars(0)).add(&student(), &added(14, 15)));
    assert!(matches!(outcome, Err(AddSessionError::RoleRequired(RoleRequired(Role::Tutor)))));
    let mut foreign = course();
    foreign.parties.tutor = UserId::new(99);
    for found in [None, Some(foreign)] {
        let outcome = block_on(changing(courses(found, 1), calendars(0)).add(&tutor(), &added(14, 15)));
        assert!(matches!(outcome, Err(AddSessionError::Refused(AdditionRefusal::NotFound))));
    }
}

#[test]
fn a_course_is_shown_to_its_parties_and_to_guardians_of_the_student() {
    let find = |user: i64, guards: bool| {
        let mut queries = MockSessionQueries::new();
        queries.expect_guards().with(eq(UserId::new(user)), eq(StudentId::new(8))).returning(move |_, _| Ok(guards));
        let actor = Actor { user_id: UserId::new(user), ..student() };
        let service = service(courses(Some(course()), 1), calendars(0), queries);
        block_on(service.find_course(&actor, COURSE)).is_ok()
    };
    assert!(find(3, false) && find(1, false) && find(9, true));
    assert!(!find(9, false));
    let none = changing(courses(None, 1), calendars(0));
    let outcome = block_on(none.find_course(&tutor(), COURSE));
    assert!(matches!(outcome, Err(FindCourseError::NotFound)));
}
