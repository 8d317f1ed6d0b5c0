use chrono::{NaiveTime, TimeDelta, Weekday};
use strum::VariantArray;

use super::*;
use crate::schedule::TimeSlot;

/// The present of every test: a Friday, eight in the morning in Addis Ababa.
pub(in crate::requests) fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

pub(in crate::requests) fn slot(from: u32, to: u32) -> TimeSlot {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    TimeSlot::new(time(from), time(to)).unwrap()
}

/// A pending request that user 1 sent to the tutor with user id 3, for the student with user id 6.
pub(in crate::requests) fn request() -> SessionRequest {
    SessionRequest {
        id: RequestId::new(1),
        tutor_id: TutorId::new(2),
        requester_id: UserId::new(1),
        requester_type: RequesterType::Parent,
        student_id: StudentId::new(8),
        parties: Parties { tutor: UserId::new(3), student: UserId::new(6) },
        package: Some(PackageSnapshot {
            id: PackageId::new(1),
            name: "Algebra".to_owned(),
            price: Money::from_cents(10_000),
            currency: "USD".parse().unwrap(),
            session_count: None,
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

#[test]
fn only_pending_requests_change() {
    use RequestTransition::{Accept, Expire, Reject, Withdraw};
    let table = [
        (Accept, RequestStatus::Accepted),
        (Reject, RequestStatus::Rejected),
        (Withdraw, RequestStatus::Withdrawn),
        (Expire, RequestStatus::Expired),
    ];
    assert_eq!(table.len(), RequestTransition::VARIANTS.len());
    for (transition, to) in table {
        for status in RequestStatus::VARIANTS {
            let expected = if *status == RequestStatus::Pending { Ok(to) } else { Err(*status) };
            assert_eq!(status.apply(transition), expected, "{status:?} {transition:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn the_first_transition_decides_whatever_is_tried_later(
        transitions in proptest::collection::vec(proptest::sample::select(RequestTransition::VARIANTS.to_vec()), 1..20),
    ) {
        let mut status = RequestStatus::Pending;
        let decided = status.apply(transitions[0]).unwrap();
        for transition in transitions {
            match status.apply(transition) {
                Ok(next) => status = next,
                Err(current) => proptest::prop_assert_eq!(current, status),
            }
            proptest::prop_assert_eq!(status, decided);
        }
    }
}

#[test]
fn a_pending_request_expires_at_its_deadline() {
    let now = now();
    for status in RequestStatus::VARIANTS {
        let late = if *status == RequestStatus::Pending { RequestStatus::Expired } else { *status };
        assert_eq!(status.at(now, now), late);
        assert_eq!(status.at(now + TimeDelta::microseconds(1), now), *status);
    }
    let deadline = request().expires_at;
    let accept = |at| request().apply(RequestTransition::Accept, at);
    assert_eq!(accept(deadline - TimeDelta::microseconds(1)), Ok(RequestStatus::Accepted));
    assert_eq!(accept(deadline), Err(RequestStatus::Expired));
}

#[test]
fn expired_requests_read_alike_whatever_expired_them() {
    let deadline = request().expires_at;
    let by_the_clock = request().as_of(deadline);
    assert_eq!((by_the_clock.status, by_the_clock.updated_at), (RequestStatus::Expired, deadline));
    let written =
        SessionRequest { status: RequestStatus::Expired, updated_at: deadline + TimeDelta::days(1), ..request() };
    assert_eq!(written.as_of(deadline + TimeDelta::days(2)), by_the_clock);
    assert_eq!(request().as_of(deadline - TimeDelta::microseconds(1)), request());
}

#[test]
fn every_user_may_do_what_their_relation_to_the_request_allows() {
    let (requester, tutor, student, stranger) = (1, 3, 6, 9);
    let table = [
        // user, guardian, may see, may withdraw
        (requester, false, true, true),
        (requester, true, true, true),
        (tutor, false, true, false),
        (student, false, true, true),
        (stranger, false, false, false),
        (stranger, true, true, true),
    ];
    for (user, is_guardian, sees, withdraws) in table {
        let user = UserId::new(user);
        assert_eq!(request().is_visible_to(user, is_guardian), sees, "{user} {is_guardian}");
        assert_eq!(request().is_withdrawable_by(user, is_guardian), withdraws, "{user} {is_guardian}");
    }
}

#[test]
fn a_counter_offer_precedes_the_packages_price() {
    assert_eq!(request().agreed_price(), Some(Money::from_cents(10_000)));
    assert_eq!(request().currency().as_str(), "USD");
    let bare = SessionRequest { package: None, ..request() };
    assert_eq!((bare.agreed_price(), bare.currency()), (None, Currency::ETB));
    let mut offer = request();
    offer.terms.counter_offer_price = Some(Money::from_cents(1));
    assert_eq!(offer.agreed_price(), Some(Money::from_cents(1)));
}

#[test]
fn only_a_rejected_request_has_an_instant_of_rejection() {
    for status in RequestStatus::VARIANTS {
        let answered = SessionRequest { status: *status, responded_at: Some(now()), ..request() };
        let expected = (*status == RequestStatus::Rejected).then_some(now());
        assert_eq!(answered.rejected_at(), expected, "{status:?}");
    }
}

#[test]
fn only_the_roles_student_and_parent_send_requests() {
    assert_eq!(RequesterType::of(Some(Role::Student)), Some(RequesterType::Student));
    assert_eq!(RequesterType::of(Some(Role::Parent)), Some(RequesterType::Parent));
    for role in [Some(Role::Tutor), Some(Role::Admin), None] {
        assert_eq!(RequesterType::of(role), None, "{role:?}");
    }
    assert_eq!((RequesterType::Student.as_str(), RequesterType::Parent.as_str()), ("student", "parent"));
    let names: Vec<_> = RequestStatus::VARIANTS.iter().map(|status| status.as_str()).collect();
    assert_eq!(names, ["pending", "accepted", "rejected", "withdrawn", "expired"]);
}

#[test]
fn only_pending_and_accepted_requests_introduce_the_student_to_the_tutor() {
    let introducing: Vec<_> = RequestStatus::VARIANTS.iter().filter(|status| status.introduces()).collect();
    assert_eq!(introducing, [&RequestStatus::Pending, &RequestStatus::Accepted]);
}
