//! Previews of acceptances.

use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, Acceptance, MockRequestQueries, MockRequestRepository, OnConflict, Preview,
    PreviewedAcceptance, Proposal, RequestStatus, SessionRequest,
};
use astegni_domain::schedule::{
    Availability, Booking, BusyTimes, MockAvailabilityRepository, MockCalendarQueries, Objection, Parties, Period,
    Schedule, SessionStatus,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use super::{ID, over, request, with_status, writing};
use crate::support::{now, tutor};

const SKIP: Acceptance = Acceptance { on_conflict: OnConflict::Skip, sessions: None };

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Two hours of the tutor with another student.
fn booked(starts_at: &str) -> Booking {
    let starts_at = instant(starts_at);
    Booking {
        session_id: SessionId::new(99),
        parties: Parties { tutor: UserId::new(3), student: UserId::new(9) },
        period: Period { starts_at, ends_at: starts_at + TimeDelta::hours(2) },
        status: SessionStatus::Scheduled,
    }
}

/// A store with one request.
fn store(request: SessionRequest) -> MockRequestRepository {
    let mut requests = MockRequestRepository::new();
    requests.expect_find().once().with(eq(ID), eq(now())).returning(move |_, _| Ok(Some(request.clone())));
    requests
}

/// Previews the acceptance of a request for days of February, by a tutor with this availability and these bookings.
fn preview(days: &[&str], availability: &Availability, bookings: &[Booking]) -> PreviewedAcceptance {
    let mut request = request();
    let Schedule::Dates { slot, .. } = request.terms.schedule else { panic!("the request has no dates") };
    let dates = days.iter().map(|day| format!("2026-02-{day}").parse().unwrap()).collect();
    request.terms.schedule = Schedule::Dates { dates, slot };
    let mut availabilities = MockAvailabilityRepository::new();
    let stored = availability.clone();
    availabilities.expect_availability().with(eq(UserId::new(3))).once().returning(move |_| Ok(stored.clone()));
    let mut calendars = MockCalendarQueries::new();
    let busy = BusyTimes { bookings: bookings.to_vec(), time_off: Vec::new() };
    // Whole weeks, so that the limits on them can be judged.
    let weeks = instant("2026-02-02T00:00:00Z")..instant("2026-02-09T00:00:00Z");
    calendars.expect_busy_times().with(eq(request.parties), eq(weeks)).once().returning(move |_, _| Ok(busy.clone()));
    let service = over(store(request), MockRequestQueries::new(), calendars, availabilities);
    block_on(service.preview(&tutor(), ID, SKIP)).unwrap()
}

#[test]
fn a_preview_shows_the_checked_sessions_and_writes_nothing() {
    let shown = preview(&["02", "03"], &Availability::unlimited(Tz::UTC), &[booked("2026-02-02T11:00:00Z")]);
    let busy = BusyTimes { bookings: vec![booked("2026-02-02T11:00:00Z")], time_off: Vec::new() };
    let expected: Preview = Proposal::new(&request(), &SKIP, now()).unwrap().check(&busy, now());
    assert_eq!((expected.sessions.len(), expected.skipped.len()), (1, 1));
    assert_eq!(shown, PreviewedAcceptance { preview: expected, objections: vec![Vec::new()] });
}

#[test]
fn objections_accumulate_over_the_series_and_prevent_nothing() {
    let strict = Availability {
        buffer_minutes: 30,
        max_per_day: Some(1),
        max_per_week: Some(3),
        ..Availability::unlimited(Tz::UTC)
    };
    let shown = preview(&["02", "03", "04", "05"], &strict, &[booked("2026-02-03T12:15:00Z")]);
    assert_eq!((shown.preview.sessions.len(), shown.preview.conflicts.len()), (4, 0));
    let expected = [
        vec![],
        vec![Objection::Buffer, Objection::DailyLimit],
        vec![Objection::WeeklyLimit],
        vec![Objection::WeeklyLimit],
    ];
    assert_eq!(shown.objections, expected);
}

#[test]
fn a_skipped_session_raises_no_objections_and_counts_for_none() {
    let strict = Availability { max_per_week: Some(2), ..Availability::unlimited(Tz::UTC) };
    let shown = preview(&["02", "03", "04"], &strict, &[booked("2026-02-02T11:00:00Z")]);
    assert_eq!((shown.preview.sessions.len(), shown.preview.skipped.len()), (2, 1));
    // The week has the booking, then the first session, and is full before the second one.
    assert_eq!(shown.objections, [vec![], vec![Objection::WeeklyLimit]]);
}

#[test]
fn a_request_without_sessions_is_previewed_without_reading_calendars() {
    let mut request = request();
    request.terms.schedule = Schedule::Unscheduled;
    let shown = block_on(writing(store(request)).preview(&tutor(), ID, SKIP)).unwrap();
    assert!(shown.preview.sessions.is_empty() && shown.objections.is_empty());
}

#[test]
fn an_answered_request_has_no_preview() {
    let outcome = block_on(writing(store(with_status(RequestStatus::Rejected))).preview(&tutor(), ID, SKIP));
    let Err(AcceptError::Refused(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal, AcceptRefusal::AlreadyAnswered(RequestStatus::Rejected));
}
