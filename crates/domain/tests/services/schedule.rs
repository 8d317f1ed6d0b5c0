//! The use cases of sessions, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, ProfileIds, Role, RoleRequired};
use astegni_domain::ids::{CourseId, RequestId, SessionId, StudentId, TutorId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{
    MockSessionQueries, Occurrence, Parties, Perspective, PriorityLevel, ScheduleService, Session, SessionError,
    SessionFilter, SessionMode, SessionStatus, SessionTally, StatusTotal, TimeSlot,
};
use chrono::NaiveTime;
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, student};

const SESSION: SessionId = SessionId::new(9);
const STUDENT: StudentId = StudentId::new(8);

/// User 3, acting as a tutor with profile 2.
fn tutor() -> Actor {
    let profiles = ProfileIds { tutor: Some(TutorId::new(2)), ..ProfileIds::default() };
    Actor { user_id: UserId::new(3), active_role: Some(Role::Tutor), profiles, ..student() }
}

fn session() -> Session {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let slot = TimeSlot::new(time(10), time(11)).unwrap();
    Session {
        id: SESSION,
        course_id: CourseId::new(1),
        request_id: RequestId::new(1),
        series_index: 0,
        parties: Parties { tutor: UserId::new(3), student: UserId::new(1) },
        tutor_id: TutorId::new(2),
        tutor_name: "Tigist".to_owned(),
        student_id: STUDENT,
        student_name: "Sara".to_owned(),
        package_name: None,
        occurrence: Occurrence::at(Tz::UTC, "2026-02-02".parse().unwrap(), slot),
        time_zone: Tz::UTC,
        topics: Vec::new(),
        topics_covered: Vec::new(),
        mode: SessionMode::Online,
        location: None,
        status: SessionStatus::Scheduled,
        priority: PriorityLevel::Medium,
        version: 0,
        created_at: now(),
        updated_at: now(),
    }
}

fn page() -> Page<Session> {
    Page { items: vec![session()], next: None }
}

fn service(sessions: MockSessionQueries) -> ScheduleService {
    ScheduleService::new(Arc::new(sessions))
}

#[test]
fn the_callers_own_sessions_are_listed() {
    let filter = SessionFilter { perspective: Perspective::Student, ..SessionFilter::ALL };
    let mut sessions = MockSessionQueries::new();
    sessions
        .expect_list()
        .with(eq(UserId::new(1)), eq(filter), eq(PageRequest::FIRST))
        .times(1)
        .returning(|_, _, _| Ok(page()));
    assert_eq!(block_on(service(sessions).list(&student(), filter, PageRequest::FIRST)).unwrap(), page());
}

#[test]
fn sessions_with_a_student_are_those_that_the_caller_teaches() {
    let given = SessionFilter {
        perspective: Perspective::Parent,
        from: Some(now()),
        to: Some(now()),
        status: Some(SessionStatus::Completed),
        student: None,
    };
    let expected = SessionFilter { perspective: Perspective::Tutor, student: Some(STUDENT), ..given };
    let mut sessions = MockSessionQueries::new();
    sessions
        .expect_list()
        .with(eq(UserId::new(3)), eq(expected), eq(PageRequest::FIRST))
        .times(1)
        .returning(|_, _, _| Ok(page()));
    sessions.expect_totals().with(eq(UserId::new(3)), eq(STUDENT)).times(1).returning(|_, _| {
        let total = |status, sessions, minutes| StatusTotal { status, sessions, minutes };
        Ok(vec![total(SessionStatus::Completed, 2, 90), total(SessionStatus::NoShow, 1, 60)])
    });
    let found = block_on(service(sessions).list_with_student(&tutor(), STUDENT, given, PageRequest::FIRST)).unwrap();
    assert_eq!(found.page, page());
    assert_eq!(found.tally, SessionTally { total: 3, completed: 2, minutes_held: 90, ..SessionTally::default() });
}

#[test]
fn only_tutors_list_sessions_with_a_student() {
    let list = service(MockSessionQueries::new());
    let refused = block_on(list.list_with_student(&student(), STUDENT, SessionFilter::ALL, PageRequest::FIRST));
    assert!(matches!(refused, Err(SessionError::RoleRequired(RoleRequired(Role::Tutor)))));
}

#[test]
fn a_session_is_found_for_its_viewer_or_not_at_all() {
    let find = |result| {
        let mut sessions = MockSessionQueries::new();
        sessions.expect_find().with(eq(UserId::new(1)), eq(SESSION)).times(1).return_once(|_, _| result);
        block_on(service(sessions).find(&student(), SESSION))
    };
    assert_eq!(find(Ok(Some(session()))).unwrap(), session());
    assert!(matches!(find(Ok(None)), Err(SessionError::NotFound)));
    assert!(matches!(find(Err(RepositoryError::Conflict)), Err(SessionError::Repository(_))));
}
