use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role, RoleRequired};
use astegni_domain::ids::{CourseId, SessionId, UserId};
use astegni_domain::money::Money;
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, Acceptance, AcceptancePlan, AcceptedRequest, MockRequestRepository, OnConflict,
    Preview, Proposal, ProposedSession, RequestStatus, plan_acceptance,
};
use astegni_domain::schedule::{
    Booking, BusyTimes, MockCalendarQueries, Parties, Period, Schedule, SessionStatus, TimeSlot,
};
use chrono::{DateTime, NaiveTime, Utc};
use futures_executor::block_on;
use mockall::predicate::eq;

use super::{ID, booking, other_tutor, request, tutor, with_status, writing};
use crate::support::{now, student};

const SKIP: Acceptance = Acceptance { on_conflict: OnConflict::Skip, sessions: None };

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A session of the tutor with another student on the first of the two dates.
fn booked() -> Booking {
    Booking {
        session_id: SessionId::new(99),
        parties: Parties { tutor: UserId::new(3), student: UserId::new(9) },
        period: Period { starts_at: instant("2026-02-02T11:00:00Z"), ends_at: instant("2026-02-02T13:00:00Z") },
        status: SessionStatus::Scheduled,
    }
}

fn busy(booked: &[Booking]) -> BusyTimes {
    BusyTimes { bookings: booked.to_vec(), time_off: Vec::new() }
}

fn preview_of(acceptance: &Acceptance, booked: &[Booking]) -> Preview {
    Proposal::new(&request(), acceptance, now()).unwrap().check(&busy(booked), now())
}

fn plan(acceptance: &Acceptance, booked: &[Booking]) -> AcceptancePlan {
    plan_acceptance(&request(), preview_of(acceptance, booked), now()).unwrap()
}

/// A store with the request, in one status after another.
fn store<const N: usize>(statuses: [RequestStatus; N]) -> MockRequestRepository {
    let mut requests = MockRequestRepository::new();
    let mut found = statuses.into_iter();
    requests
        .expect_find()
        .times(N)
        .with(eq(ID), eq(now()))
        .returning(move |_, _| Ok(Some(with_status(found.next().unwrap()))));
    requests
}

/// Calendars with some bookings, which are read a number of times for the request's sessions.
fn calendars(booked: &[Booking], reads: usize) -> MockCalendarQueries {
    let (busy, window) = (busy(booked), instant("2026-02-02T10:00:00Z")..instant("2026-02-03T12:00:00Z"));
    let mut calendars = MockCalendarQueries::new();
    calendars
        .expect_busy_times()
        .times(reads)
        .with(eq(request().parties), eq(window))
        .returning(move |_, _| Ok(busy.clone()));
    calendars
}

fn accept(requests: MockRequestRepository, actor: &Actor, how: Acceptance) -> Result<AcceptedRequest, AcceptError> {
    block_on(writing(requests).accept(actor, ID, how))
}

fn accept_among(
    calendars: MockCalendarQueries,
    requests: MockRequestRepository,
    how: Acceptance,
) -> Result<AcceptedRequest, AcceptError> {
    block_on(booking(requests, calendars).accept(&tutor(), ID, how))
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, AcceptError>) -> AcceptRefusal {
    match outcome {
        Err(AcceptError::Refused(refusal)) => refusal,
        other => panic!("the acceptance was not refused: {other:?}"),
    }
}

#[test]
fn an_acceptance_is_written_as_planned_without_reading_the_calendars() {
    let mut requests = store([RequestStatus::Pending]);
    let expected = plan(&Acceptance::default(), &[]);
    requests.expect_accept().once().with(eq(expected)).returning(|_| Ok(CourseId::new(4)));
    let accepted = AcceptedRequest {
        responded_at: now(),
        agreed_price: Some(Money::from_cents(10_000)),
        course_id: CourseId::new(4),
        sessions_created: 2,
        skipped: Vec::new(),
    };
    assert_eq!(accept(requests, &tutor(), Acceptance::default()).unwrap(), accepted);
}

#[test]
fn skipped_sessions_are_reported() {
    let mut requests = store([RequestStatus::Pending; 2]);
    let expected = plan(&SKIP, &[booked()]);
    let skipped = expected.skipped.clone();
    requests.expect_accept().once().with(eq(plan(&SKIP, &[]))).returning(|_| Err(RepositoryError::Conflict));
    requests.expect_accept().once().with(eq(expected)).returning(|_| Ok(CourseId::new(4)));
    let accepted = accept_among(calendars(&[booked()], 1), requests, SKIP).unwrap();
    assert_eq!((accepted.sessions_created, accepted.skipped), (1, skipped));
}

#[test]
fn sessions_in_the_past_are_explained_together_with_bookings() {
    let Schedule::Dates { slot, .. } = request().terms.schedule else { panic!("the request has no dates") };
    let session = |date: &str| ProposedSession { date: date.parse().unwrap(), slot };
    let how = Acceptance {
        on_conflict: OnConflict::Fail,
        sessions: Some(vec![session("2020-01-01"), session("2026-02-02")]),
    };
    let mut requests = MockRequestRepository::new();
    requests.expect_find().times(3).returning(|_, _| Ok(Some(request())));
    let mut calendars = MockCalendarQueries::new();
    calendars.expect_busy_times().once().returning(|_, _| Ok(busy(&[booked()])));
    let AcceptRefusal::Conflicts(conflicts) = refusal(accept_among(calendars, requests, how)) else {
        panic!("no conflicts")
    };
    assert_eq!(conflicts.len(), 2);
}

#[test]
fn the_calendars_are_not_read_for_a_request_without_sessions() {
    let mut requests = MockRequestRepository::new();
    requests.expect_find().once().returning(|_, _| {
        let mut request = request();
        request.terms.schedule = Schedule::Unscheduled;
        Ok(Some(request))
    });
    requests.expect_accept().once().returning(|_| Ok(CourseId::new(4)));
    assert_eq!(accept(requests, &tutor(), Acceptance::default()).unwrap().sessions_created, 0);
}

#[test]
fn only_the_recipient_accepts_and_previews() {
    for how in [Acceptance::default(), SKIP] {
        let outcome = accept(MockRequestRepository::new(), &student(), how.clone());
        assert!(matches!(outcome, Err(AcceptError::RoleRequired(RoleRequired(Role::Tutor)))));
        let outcome = accept(store([RequestStatus::Pending]), &other_tutor(), how.clone());
        assert!(matches!(outcome, Err(AcceptError::NotFound)));
        let mut requests = MockRequestRepository::new();
        requests.expect_find().once().returning(|_, _| Ok(None));
        let outcome = block_on(writing(requests).preview(&tutor(), ID, how));
        assert!(matches!(outcome, Err(AcceptError::NotFound)));
    }
}

#[test]
fn a_conflicting_write_is_decided_again_on_fresh_bookings() {
    let mut requests = MockRequestRepository::new();
    requests.expect_find().times(4).returning(|_, _| Ok(Some(request())));
    let mut read = [busy(&[]), busy(&[booked()])].into_iter();
    let mut calendars = MockCalendarQueries::new();
    calendars.expect_busy_times().times(2).returning(move |_, _| Ok(read.next().unwrap()));
    requests.expect_accept().times(2).returning(|_| Err(RepositoryError::Conflict));
    let conflicts = preview_of(&Acceptance::default(), &[booked()]).conflicts;
    assert_eq!(conflicts.len(), 1);
    let outcome = accept_among(calendars, requests, Acceptance::default());
    assert_eq!(refusal(outcome), AcceptRefusal::Conflicts(conflicts));
}

#[test]
fn an_acceptance_that_comes_second_reports_the_status_in_place_of_conflicts() {
    // The bookings were read after the other acceptance, the request before it.
    let mut requests = store([RequestStatus::Pending, RequestStatus::Pending, RequestStatus::Accepted]);
    requests.expect_accept().once().returning(|_| Err(RepositoryError::Conflict));
    let outcome = accept_among(calendars(&[booked()], 1), requests, Acceptance::default());
    assert_eq!(refusal(outcome), AcceptRefusal::AlreadyAnswered(RequestStatus::Accepted));

    let mut requests = store([RequestStatus::Pending, RequestStatus::Expired]);
    requests.expect_accept().once().returning(|_| Err(RepositoryError::Conflict));
    let outcome = accept(requests, &tutor(), Acceptance::default());
    assert_eq!(refusal(outcome), AcceptRefusal::AlreadyAnswered(RequestStatus::Expired));
}

#[test]
fn a_failure_while_conflicts_are_explained_is_passed_on() {
    let mut requests = MockRequestRepository::new();
    let mut found =
        [Ok(Some(request())), Ok(Some(request())), Err(RepositoryError::Unavailable("down".into()))].into_iter();
    requests.expect_accept().once().returning(|_| Err(RepositoryError::Conflict));
    requests.expect_find().times(3).returning(move |_, _| found.next().unwrap());
    let outcome = accept_among(calendars(&[booked()], 1), requests, Acceptance::default());
    assert!(matches!(outcome, Err(AcceptError::Repository(RepositoryError::Unavailable(_)))));
}

#[test]
fn overlapping_proposals_are_invalid_and_read_no_calendar() {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let session =
        ProposedSession { date: "2026-02-02".parse().unwrap(), slot: TimeSlot::new(time(10), time(11)).unwrap() };
    let twice = Acceptance { on_conflict: OnConflict::Fail, sessions: Some(vec![session, session]) };
    let outcome = accept(store([RequestStatus::Pending]), &tutor(), twice);
    assert!(matches!(refusal(outcome), AcceptRefusal::Invalid(violations) if violations.concerns("sessions.1")));
}
