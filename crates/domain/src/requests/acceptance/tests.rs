use chrono::{TimeDelta, Weekday};
use strum::VariantArray;

use super::super::announcement::tests::audience;
use super::super::request::tests::{now, request, slot};
use super::*;
use crate::chat::{Notice, NoticeKind};
use crate::ids::{RequestId, SessionId, UserId};
use crate::schedule::{Booking, ConflictKind, Period, Schedule, SessionStatus};

const FAIL: Acceptance = Acceptance { on_conflict: OnConflict::Fail, sessions: None };
const SKIP: Acceptance = Acceptance { on_conflict: OnConflict::Skip, sessions: None };

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An hour of a tutor's calendar, with some other student.
fn booking(tutor: i64, student: i64, starts_at: &str) -> Booking {
    let starts_at = instant(starts_at);
    Booking {
        session_id: SessionId::new(99),
        parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student) },
        period: Period { starts_at, ends_at: starts_at + TimeDelta::hours(1) },
        status: SessionStatus::Scheduled,
    }
}

fn busy(booked: &[Booking]) -> BusyTimes {
    BusyTimes { bookings: booked.to_vec(), time_off: Vec::new() }
}

fn preview(request: &SessionRequest, acceptance: &Acceptance, booked: &[Booking]) -> Preview {
    Proposal::new(request, acceptance, now()).unwrap().check(&busy(booked), now())
}

fn accept(
    request: &SessionRequest,
    acceptance: &Acceptance,
    booked: &[Booking],
) -> Result<AcceptancePlan, AcceptRefusal> {
    plan_acceptance(request, preview(request, acceptance, booked), now())
}

fn for_dates(dates: &[&str]) -> SessionRequest {
    let mut request = request();
    let dates = dates.iter().map(|date| date.parse().unwrap()).collect();
    request.terms.schedule = Schedule::Dates { dates, slot: slot(10, 12) };
    request
}

fn edited(sessions: &[(&str, u32, u32)]) -> Acceptance {
    let session =
        |(date, from, to): &(&str, u32, u32)| ProposedSession { date: date.parse().unwrap(), slot: slot(*from, *to) };
    Acceptance { on_conflict: OnConflict::Fail, sessions: Some(sessions.iter().map(session).collect()) }
}

#[test]
fn an_acceptance_creates_25_sessions_at_the_packages_price() {
    let plan = accept(&request(), &FAIL, &[]).unwrap();
    assert_eq!(plan.sessions.len(), 25);
    assert_eq!(plan.sessions[0].starts_at, instant("2026-01-30T07:00:00Z"));
    let expected = AcceptancePlan {
        answer: AnswerPlan {
            request_id: RequestId::new(1),
            to: RequestStatus::Accepted,
            reason: None,
            at: now(),
            actor: UserId::new(3),
            involved: (&request()).into(),
            notice: Notice {
                sender: UserId::new(3),
                recipient: UserId::new(1),
                kind: NoticeKind::RequestAccepted,
                content: "Session request accepted".to_owned(),
            },
            guardianship: None,
        },
        tutor_id: TutorId::new(2),
        student_id: StudentId::new(8),
        parties: request().parties,
        package: request().package,
        agreed_price: Some(Money::from_cents(10_000)),
        currency: "USD".parse().unwrap(),
        status: EnrolmentStatus::Active,
        payment_status: PaymentStatus::Pending,
        payment_due_date: "2026-02-06".parse().unwrap(),
        time_zone: Tz::Africa__Addis_Ababa,
        topics: vec!["Fractions".to_owned()],
        sessions: plan.sessions.clone(),
        skipped: Vec::new(),
    };
    assert_eq!(plan, expected);
}

#[test]
fn an_acceptance_is_announced_and_its_sessions_by_one_event() {
    let (course, conversation, message) = (CourseId::new(4), ConversationId::new(5), MessageId::new(9));
    let subjects = |plan: AcceptancePlan| {
        let events = plan.events(course, conversation, message);
        assert!(events.iter().all(|event| event.actor == Some(UserId::new(3)) && event.at == now()));
        events.iter().map(|event| (event.kind, event.subject, audience(event))).collect::<Vec<_>>()
    };
    let request_id = RequestId::new(1);
    let answered = Subject::Request { request: request_id, status: RequestStatus::Accepted };
    let booked = Subject::Sessions { request: request_id, course, count: 25 };
    let told = || (vec![1, 6], vec![6]);
    let expected = [
        (EventKind::RequestAnswered, answered, told()),
        (EventKind::MessageSent, Subject::Message { conversation, message }, (vec![1, 3], vec![1])),
        (EventKind::SessionCreated, booked, told()),
    ];
    assert_eq!(subjects(accept(&request(), &FAIL, &[]).unwrap()), expected);
    assert_eq!(subjects(accept(&request(), &edited(&[]), &[]).unwrap()), expected[..2]);
}

#[test]
fn payment_is_due_seven_days_later_in_the_requests_zone() {
    let mut request = request();
    request.terms.time_zone = Tz::Pacific__Honolulu;
    assert_eq!(accept(&request, &FAIL, &[]).unwrap().payment_due_date.to_string(), "2026-02-05");
}

#[test]
fn a_missing_or_empty_message_is_not_a_topic() {
    for message in [None, Some(String::new())] {
        let mut request = request();
        request.terms.message = message;
        assert!(accept(&request, &FAIL, &[]).unwrap().topics.is_empty());
    }
}

#[test]
fn answered_and_expired_requests_cannot_be_accepted() {
    for status in RequestStatus::VARIANTS.iter().filter(|status| **status != RequestStatus::Pending) {
        let answered = SessionRequest { status: *status, ..request() };
        assert_eq!(accept(&answered, &FAIL, &[]), Err(AcceptRefusal::AlreadyAnswered(*status)));
    }
    let late = plan_acceptance(&request(), preview(&request(), &FAIL, &[]), request().expires_at);
    assert_eq!(late, Err(AcceptRefusal::AlreadyAnswered(RequestStatus::Expired)));
}

#[test]
fn conflicts_fail_the_acceptance_or_are_skipped() {
    let booked = [booking(3, 9, "2026-02-02T08:00:00Z"), booking(7, 6, "2026-02-04T06:30:00Z")];
    let Err(AcceptRefusal::Conflicts(conflicts)) = accept(&request(), &FAIL, &booked) else {
        panic!("the acceptance does not fail");
    };
    let kinds: Vec<_> = conflicts.iter().map(|conflict| (conflict.kind, conflict.session_id)).collect();
    assert_eq!(kinds, [(ConflictKind::TutorBusy, Some(SessionId::new(99))), (ConflictKind::StudentBusy, None)]);
    let plan = accept(&request(), &SKIP, &booked).unwrap();
    assert_eq!((plan.sessions.len(), plan.skipped), (23, conflicts));
}

#[test]
fn an_acceptance_that_would_skip_every_session_fails() {
    let booked = [booking(3, 9, "2026-02-02T08:00:00Z")];
    let refusal = accept(&for_dates(&["2026-02-02"]), &SKIP, &booked);
    assert!(matches!(refusal, Err(AcceptRefusal::Conflicts(conflicts)) if conflicts.len() == 1));
}

#[test]
fn the_tutors_sessions_replace_the_schedule_in_ascending_order() {
    let plan = accept(&request(), &edited(&[("2026-02-03", 11, 12), ("2026-02-02", 10, 11)]), &[]).unwrap();
    let sessions: Vec<_> = plan.sessions.iter().map(|session| (session.date.to_string(), session.slot)).collect();
    assert_eq!(sessions, [("2026-02-02".to_owned(), slot(10, 11)), ("2026-02-03".to_owned(), slot(11, 12))]);
    assert!(accept(&request(), &edited(&[]), &[]).unwrap().sessions.is_empty());

    let past = accept(&request(), &edited(&[("2026-01-29", 10, 12)]), &[]);
    assert!(matches!(past, Err(AcceptRefusal::Conflicts(conflicts)) if conflicts[0].kind == ConflictKind::InPast));
}

#[test]
fn the_tutors_sessions_must_not_overlap_and_number_at_most_200() {
    let errors = |acceptance: &Acceptance| {
        let violations = Proposal::new(&request(), acceptance, now()).unwrap_err();
        violations.errors().iter().map(|error| (error.field.clone(), error.code)).collect::<Vec<_>>()
    };
    let overlapping = edited(&[("2026-02-02", 10, 12), ("2026-02-03", 10, 12), ("2026-02-02", 11, 13)]);
    assert_eq!(errors(&overlapping), [("sessions.2".to_owned(), "self_overlap")]);
    let many = |count: u64| {
        let first: NaiveDate = "2026-02-02".parse().unwrap();
        let session = |offset| ProposedSession { date: first + Days::new(offset), slot: slot(10, 11) };
        Acceptance { on_conflict: OnConflict::Fail, sessions: Some((0..count).map(session).collect()) }
    };
    assert_eq!(accept(&request(), &many(200), &[]).unwrap().sessions.len(), 200);
    assert_eq!(errors(&many(201)), [("sessions".to_owned(), "too_many")]);
}

#[test]
fn a_request_without_a_schedule_creates_no_sessions() {
    let mut request = request();
    request.terms.schedule = Schedule::Unscheduled;
    let proposal = Proposal::new(&request, &FAIL, now()).unwrap();
    assert_eq!(proposal.window(), None);
    assert!(accept(&request, &FAIL, &[]).unwrap().sessions.is_empty());
}

#[test]
fn the_window_spans_all_sessions() {
    let window = |request: &SessionRequest, acceptance: &Acceptance| {
        Proposal::new(request, acceptance, now()).unwrap().window().unwrap()
    };
    let dates = for_dates(&["2026-02-02", "2026-02-04"]);
    assert_eq!(window(&dates, &FAIL), instant("2026-02-02T07:00:00Z")..instant("2026-02-04T09:00:00Z"));
    let edited = edited(&[("2026-02-05", 8, 9), ("2026-02-03", 10, 12)]);
    assert_eq!(window(&dates, &edited), instant("2026-02-03T07:00:00Z")..instant("2026-02-05T06:00:00Z"));
}

#[test]
fn a_preview_shows_what_the_acceptance_does() {
    let booked = [booking(3, 9, "2026-02-02T08:00:00Z")];
    let shown = preview(&request(), &FAIL, &booked);
    assert_eq!((shown.sessions.len(), shown.conflicts.len(), shown.skipped.len()), (24, 1, 0));
    assert_eq!(shown.time_zone, Tz::Africa__Addis_Ababa);
    let shown = preview(&request(), &SKIP, &booked);
    assert_eq!((shown.sessions.len(), shown.conflicts.len(), shown.skipped.len()), (24, 0, 1));
    assert_eq!(shown.sessions, accept(&request(), &SKIP, &booked).unwrap().sessions);
}

proptest::proptest! {
    #[test]
    fn a_check_neither_adds_nor_loses_sessions(
        booked in proptest::collection::vec(
            (proptest::sample::select(vec![3_i64, 7]), proptest::sample::select(vec![6_i64, 9]), 0_i64..60 * 24), 0..40),
        skips: bool,
    ) {
        let acceptance = if skips { SKIP } else { FAIL };
        let booked: Vec<_> = booked.into_iter().map(|(tutor, student, hours)| Booking {
            period: Period {
                starts_at: now() + TimeDelta::hours(hours),
                ends_at: now() + TimeDelta::hours(hours + 1),
            },
            ..booking(tutor, student, "2026-01-30T05:00:00Z")
        }).collect();
        let shown = preview(&request(), &acceptance, &booked);
        proptest::prop_assert!(shown.conflicts.is_empty() || shown.skipped.is_empty());
        proptest::prop_assert!(shown.sessions.is_sorted_by(|a, b| a.starts_at < b.starts_at));
        let rejected = shown.conflicts.iter().chain(&shown.skipped);
        for conflict in rejected.clone() {
            proptest::prop_assert!(!shown.sessions.contains(&conflict.occurrence));
        }
        proptest::prop_assert_eq!(shown.sessions.len() + rejected.count(), 25);
        for session in &shown.sessions {
            let meets = |booking: &&Booking| {
                let parties = booking.parties;
                (parties.tutor == UserId::new(3) || parties.student == UserId::new(6))
                    && session.period().overlaps(booking.period)
            };
            proptest::prop_assert_eq!(booked.iter().find(meets), None);
        }
        let accepted = accept(&request(), &acceptance, &booked);
        proptest::prop_assert_eq!(accepted.is_ok(), shown.conflicts.is_empty());
    }
}

#[test]
fn the_days_of_the_schedule_are_those_of_the_sessions() {
    use chrono::Datelike;
    let plan = accept(&request(), &FAIL, &[]).unwrap();
    let days = [Weekday::Mon, Weekday::Wed, Weekday::Fri];
    assert!(plan.sessions.iter().all(|session| days.contains(&session.date.weekday())));
}
