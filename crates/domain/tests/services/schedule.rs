//! The use cases of reading sessions, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Role, RoleRequired};
use astegni_domain::ids::{SessionId, StudentId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{
    Bound, ChangeKind, HistoryEntry, ListedSessions, MockSessionQueries, Perspective, ScheduleService, Session,
    SessionError, SessionFilter, SessionStatus, SessionTally, StatusTotal,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, session, student, tutor};

const SESSION: SessionId = SessionId::new(9);
const STUDENT: StudentId = StudentId::new(8);

fn page() -> Page<Session> {
    Page { items: vec![session()], next: None }
}

fn service(sessions: MockSessionQueries) -> ScheduleService {
    ScheduleService::new(Arc::new(sessions))
}

#[test]
fn the_callers_own_sessions_are_listed() {
    let wanted = ListedSessions { perspective: Perspective::Student, ..ListedSessions::ALL };
    let filter = SessionFilter { perspective: Perspective::Student, ..SessionFilter::ALL };
    let mut sessions = MockSessionQueries::new();
    sessions
        .expect_list()
        .with(eq(UserId::new(1)), eq(filter), eq(PageRequest::FIRST))
        .times(1)
        .returning(|_, _, _| Ok(page()));
    assert_eq!(block_on(service(sessions).list(&student(), wanted, PageRequest::FIRST)).unwrap(), page());
}

#[test]
fn sessions_with_a_student_are_those_that_the_caller_teaches() {
    let given = ListedSessions {
        perspective: Perspective::Parent,
        from: Some(Bound::Instant(now())),
        to: Some(Bound::Instant(now())),
        status: Some(SessionStatus::Completed),
    };
    let expected = SessionFilter {
        perspective: Perspective::Tutor,
        from: Some(now()),
        to: Some(now()),
        status: Some(SessionStatus::Completed),
        student: Some(STUDENT),
    };
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
    let refused = block_on(list.list_with_student(&student(), STUDENT, ListedSessions::ALL, PageRequest::FIRST));
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

/// Returns the window that the store is asked for by a user whose account is in Los Angeles.
fn window(
    from: Option<Bound>,
    to: Option<Bound>,
    zone_queries: usize,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut sessions = MockSessionQueries::new();
    sessions.expect_zone_of().with(eq(UserId::new(1))).times(zone_queries).returning(|_| Ok(Tz::America__Los_Angeles));
    sessions.expect_list().times(1).returning(move |_, filter, _| {
        sender.send((filter.from, filter.to)).unwrap();
        Ok(page())
    });
    let wanted = ListedSessions { from, to, ..ListedSessions::ALL };
    block_on(service(sessions).list(&student(), wanted, PageRequest::FIRST)).unwrap();
    receiver.recv().unwrap()
}

#[test]
fn dates_begin_at_midnight_of_the_callers_zone_and_the_last_one_is_included() {
    let date = |text: &str| Some(Bound::Date(text.parse().unwrap()));
    let instant = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    let expected = (instant("2026-02-02T08:00:00Z"), instant("2026-02-03T08:00:00Z"));
    assert_eq!(window(date("2026-02-02"), date("2026-02-02"), 1), expected);
    assert_eq!(window(date("2026-02-02"), None, 1), (expected.0, None));
    assert_eq!(window(None, date("2026-02-02"), 1), (None, expected.1));
    // The clocks go forward on March 8, so the day has 23 hours.
    let short = (instant("2026-03-08T08:00:00Z"), instant("2026-03-09T07:00:00Z"));
    assert_eq!(window(date("2026-03-08"), date("2026-03-08"), 1), short);
    let mixed = window(Some(Bound::Instant(now())), date("2026-02-02"), 1);
    assert_eq!(mixed, (Some(now()), expected.1));
}

#[test]
fn the_zone_is_not_read_for_a_list_without_dates() {
    let bound = Some(Bound::Instant(now()));
    assert_eq!(window(bound, None, 0), (Some(now()), None));
    assert_eq!(window(None, bound, 0), (None, Some(now())));
    assert_eq!(window(None, None, 0), (None, None));
}

#[test]
fn the_history_is_shown_to_those_who_see_the_session() {
    let entry = || HistoryEntry {
        version: 0,
        kind: ChangeKind::Created,
        actor: Some((UserId::new(3), "Tigist".to_owned())),
        reason: None,
        fields: Vec::new(),
        from: None,
        to: session().occurrence.period(),
        at: now(),
    };
    let mut sessions = MockSessionQueries::new();
    sessions.expect_find().with(eq(UserId::new(1)), eq(SESSION)).times(1).returning(|_, _| Ok(Some(session())));
    sessions
        .expect_history()
        .with(eq(SESSION), eq(PageRequest::FIRST))
        .times(1)
        .returning(move |_, _| Ok(Page { items: vec![entry()], next: None }));
    let found = block_on(service(sessions).history(&student(), SESSION, PageRequest::FIRST)).unwrap();
    assert_eq!(found.items, [entry()]);

    let mut sessions = MockSessionQueries::new();
    sessions.expect_find().times(1).returning(|_, _| Ok(None));
    let hidden = block_on(service(sessions).history(&student(), SESSION, PageRequest::FIRST));
    assert!(matches!(hidden, Err(SessionError::NotFound)));
}
