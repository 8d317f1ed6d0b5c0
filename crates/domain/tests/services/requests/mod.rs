//! The use cases of session requests over mocks of their ports.

mod acceptance;
mod answers;
mod creation;
mod reads;

use std::sync::Arc;

use astegni_domain::accounts::{Actor, ProfileIds};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::money::{Currency, Money};
use astegni_domain::requests::{
    DisplayFields, MockRequestQueries, MockRequestRepository, PackageSnapshot, RequestLimits, RequestRecord,
    RequestService, RequestStatus, RequestTerms, RequesterContact, RequesterType, SessionRequest,
};
use astegni_domain::schedule::{MockAvailabilityRepository, MockCalendarQueries, Parties, Schedule, TimeSlot};
use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::support::{now, student, tutor};

const ID: RequestId = RequestId::new(7);

/// User 4, acting as a tutor with profile 9.
fn other_tutor() -> Actor {
    let profiles = ProfileIds { tutor: Some(TutorId::new(9)), ..ProfileIds::default() };
    Actor { user_id: UserId::new(4), profiles, ..tutor() }
}

/// A pending request of user 1 to tutor 2 for two dates from ten to twelve in UTC.
fn request() -> SessionRequest {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    SessionRequest {
        id: ID,
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
            session_count: None,
        }),
        terms: RequestTerms {
            message: None,
            schedule: Schedule::Dates {
                dates: vec!["2026-02-02".parse().unwrap(), "2026-02-03".parse().unwrap()],
                slot: TimeSlot::new(time(10), time(12)).unwrap(),
            },
            time_zone: Tz::UTC,
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

fn with_status(status: RequestStatus) -> SessionRequest {
    SessionRequest { status, ..request() }
}

fn record(status: RequestStatus) -> RequestRecord {
    RequestRecord {
        request: with_status(status),
        display: DisplayFields {
            tutor_name: "Tutor".to_owned(),
            requester_name: "Requester".to_owned(),
            requester_profile_picture: None,
            student_name: "Student".to_owned(),
            student_grade: None,
        },
        contact: RequesterContact {
            requester: UserId::new(1),
            phone: Some("+251".to_owned()),
            email: None,
            blocked: false,
        },
    }
}

fn service(requests: MockRequestRepository, queries: MockRequestQueries) -> RequestService {
    over(requests, queries, MockCalendarQueries::new(), MockAvailabilityRepository::new())
}

/// The service over all its ports.
fn over(
    requests: MockRequestRepository,
    queries: MockRequestQueries,
    calendars: MockCalendarQueries,
    availability: MockAvailabilityRepository,
) -> RequestService {
    let (calendars, availability) = (Arc::new(calendars), Arc::new(availability));
    let clock = Arc::new(ManualClock::new(now()));
    RequestService::new(Arc::new(requests), Arc::new(queries), calendars, availability, clock, RequestLimits::default())
}

/// The service where only writes are expected.
fn writing(requests: MockRequestRepository) -> RequestService {
    service(requests, MockRequestQueries::new())
}

/// The service where writes are expected, and reads of calendars.
fn booking(requests: MockRequestRepository, calendars: MockCalendarQueries) -> RequestService {
    over(requests, MockRequestQueries::new(), calendars, MockAvailabilityRepository::new())
}

/// The service where only reads are expected.
fn reading(queries: MockRequestQueries) -> RequestService {
    service(MockRequestRepository::new(), queries)
}
