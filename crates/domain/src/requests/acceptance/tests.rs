use chrono::{NaiveTime, TimeDelta, Weekday};

use super::*;
use crate::ids::{PackageId, RequestId, SessionId, UserId};
use crate::requests::{RequestTerms, RequesterType};
use crate::schedule::{ConflictKind, Schedule};

fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

fn slot(from: u32, to: u32) -> TimeSlot {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    TimeSlot::new(time(from), time(to)).unwrap()
}

fn request() -> SessionRequest {
    SessionRequest {
        id: RequestId::new(1),
        tutor_id: TutorId::new(2),
        requester_id: UserId::new(1),
        requester_type: RequesterType::Student,
        student_id: StudentId::new(8),
        parties: Parties { tutor: UserId::new(3), student: UserId::new(1) },
        package: Some(PackageSnapshot {
            id: PackageId::new(1),
            name: "Algebra".to_owned(),
            price: Money::from_cents(10_000),
            currency: Currency::ETB,
        }),
        terms: RequestTerms {
            message: Some("Fractions".to_owned()),
            schedule: Schedule::Weekly {
                days: vec![Weekday::Mon, Weekday::Wed, Weekday::Fri],
                slot: slot(10, 12),
                weeks: 8,
                starts_on: None,
            },
            time_zone: Tz::Africa__Addis_Ababa,
            preferred_schedule: None,
            year_range: Vec::new(),
            months: Vec::new(),
            counter_offer_price: None,
        },
        status: RequestStatus::Pending,
        created_at: now(),
        expires_at: now() + TimeDelta::days(14),
        updated_at: now(),
        responded_at: None,
        rejected_reason: None,
    }
}

fn booking(tutor: i64, starts_at: &str) -> Booking {
    let starts_at: DateTime<Utc> = starts_at.parse().unwrap();
    Booking {
        session_id: SessionId::new(99),
        parties: Parties { tutor: UserId::new(tutor), student: UserId::new(1) },
        starts_at,
        ends_at: starts_at + TimeDelta::hours(1),
    }
}

#[test]
fn accepting_makes_25_sessions_and_agrees_to_the_packages_price() {
    let plan = plan_acceptance(&request(), &Acceptance::default(), &[], now()).unwrap();
    assert_eq!(plan.sessions.len(), 25);
    assert_eq!(plan.agreed_price, Some(Money::from_cents(10_000)));
    assert_eq!(plan.payment_due_date.to_string(), "2026-02-06");
    assert_eq!(plan.topics, ["Fractions"]);
    assert_eq!(plan.answer.notice.sender, UserId::new(3));
}

#[test]
fn a_counter_offer_is_what_is_agreed_to() {
    let mut request = request();
    request.terms.counter_offer_price = Some(Money::from_cents(1));
    let plan = plan_acceptance(&request, &Acceptance::default(), &[], now()).unwrap();
    assert_eq!(plan.agreed_price, Some(Money::from_cents(1)));
}

#[test]
fn what_is_not_pending_or_has_expired_is_already_answered() {
    for status in [RequestStatus::Accepted, RequestStatus::Rejected, RequestStatus::Withdrawn, RequestStatus::Expired] {
        let answered = SessionRequest { status, ..request() };
        let refusal = plan_acceptance(&answered, &Acceptance::default(), &[], now());
        assert_eq!(refusal, Err(AcceptRefusal::AlreadyAnswered(status)));
    }
    let late = now() + TimeDelta::days(14);
    let refusal = plan_acceptance(&request(), &Acceptance::default(), &[], late);
    assert_eq!(refusal, Err(AcceptRefusal::AlreadyAnswered(RequestStatus::Expired)));
}

#[test]
fn conflicts_fail_the_whole_or_are_skipped() {
    let booked = [booking(3, "2026-02-02T08:00:00Z"), booking(7, "2026-02-04T06:30:00Z")];
    let Err(AcceptRefusal::Conflicts(conflicts)) = plan_acceptance(&request(), &Acceptance::default(), &booked, now())
    else {
        panic!("accepted");
    };
    let kinds: Vec<_> = conflicts.iter().map(|conflict| (conflict.kind, conflict.session_id)).collect();
    assert_eq!(kinds, [(ConflictKind::TutorBusy, Some(SessionId::new(99))), (ConflictKind::StudentBusy, None)]);

    let skip = Acceptance { on_conflict: OnConflict::Skip, sessions: None };
    let plan = plan_acceptance(&request(), &skip, &booked, now()).unwrap();
    assert_eq!((plan.sessions.len(), plan.skipped), (23, conflicts));
}

#[test]
fn skipping_everything_is_no_acceptance() {
    let mut request = request();
    request.terms.schedule = Schedule::Dates { dates: vec!["2026-02-02".parse().unwrap()], slot: slot(10, 12) };
    let skip = Acceptance { on_conflict: OnConflict::Skip, sessions: None };
    let refusal = plan_acceptance(&request, &skip, &[booking(3, "2026-02-02T08:00:00Z")], now());
    assert!(matches!(refusal, Err(AcceptRefusal::Conflicts(conflicts)) if conflicts.len() == 1));
}

#[test]
fn edited_sessions_take_the_schedules_place_and_are_checked_like_it() {
    let proposed = |date: &str, from, to| ProposedSession { date: date.parse().unwrap(), slot: slot(from, to) };
    let edited = |sessions| Acceptance { on_conflict: OnConflict::Fail, sessions: Some(sessions) };
    let sound = edited(vec![proposed("2026-02-03", 11, 12), proposed("2026-02-02", 10, 11)]);
    let plan = plan_acceptance(&request(), &sound, &[], now()).unwrap();
    assert_eq!(plan.sessions[0].date.to_string(), "2026-02-02");

    let overlapping = edited(vec![proposed("2026-02-02", 10, 12), proposed("2026-02-02", 11, 13)]);
    let Err(AcceptRefusal::Invalid(violations)) = plan_acceptance(&request(), &overlapping, &[], now()) else {
        panic!("accepted");
    };
    assert!(violations.concerns("sessions.1"));

    let past = edited(vec![proposed("2026-01-29", 10, 12)]);
    let refusal = plan_acceptance(&request(), &past, &[], now());
    assert!(matches!(refusal, Err(AcceptRefusal::Conflicts(conflicts)) if conflicts[0].kind == ConflictKind::InPast));
}

#[test]
fn a_request_without_a_schedule_makes_no_session() {
    let mut request = request();
    request.terms.schedule = Schedule::Unscheduled;
    assert!(plan_acceptance(&request, &Acceptance::default(), &[], now()).unwrap().sessions.is_empty());
}

#[test]
fn a_preview_shows_what_acceptance_does() {
    let booked = [booking(3, "2026-02-02T08:00:00Z")];
    let shown = preview(&request(), &Acceptance::default(), &booked, now()).unwrap();
    assert_eq!((shown.sessions.len(), shown.conflicts.len(), shown.skipped.len()), (24, 1, 0));
    let skip = Acceptance { on_conflict: OnConflict::Skip, sessions: None };
    let shown = preview(&request(), &skip, &booked, now()).unwrap();
    assert_eq!((shown.sessions.len(), shown.conflicts.len(), shown.skipped.len()), (24, 0, 1));
    assert_eq!(shown.sessions, plan_acceptance(&request(), &skip, &booked, now()).unwrap().sessions);
}
