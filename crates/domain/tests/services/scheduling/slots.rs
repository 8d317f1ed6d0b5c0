//! The search for free slots.

use astegni_domain::connections::{ProfileFacts, Relation, Standing, Viewer};
use astegni_domain::ids::{StudentId, TutorId, UserId};
use astegni_domain::schedule::{Availability, BusyTimes, DayWindow, FreeSlots, Parties, SlotQuery, SlotsError};
use astegni_domain::tutoring::ReadTutorError;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use super::availability::{Ports, TUTOR};
use crate::support::tutor_profile;

/// A market with one tutor, to whom the viewer has this standing.
fn market(is_active: bool, standing: Option<Standing>) -> Ports {
    let mut ports = Ports::default();
    ports
        .tutors
        .expect_find()
        .with(eq(TutorId::new(2)))
        .times(1)
        .returning(move |_| Ok(Some(tutor_profile(is_active))));
    if let Some(standing) = standing {
        let relation = Relation { standing, profile: ProfileFacts::of_stranger(true, false) };
        ports.connections.expect_relation().times(1..=2).returning(move |_, _| Ok(Some(relation)));
    }
    ports
}

fn search(ports: Ports, viewer: Option<i64>, student: Option<i64>, query: &SlotQuery) -> Result<FreeSlots, SlotsError> {
    let (viewer, student) = (viewer.map(UserId::new), student.map(StudentId::new));
    block_on(ports.service().slots(viewer, TutorId::new(2), student, query))
}

const SUNDAY: SlotQuery = SlotQuery { from: None, to: None, duration: 60, step: 60, time_zone: None };

fn sunday(time_zone: Option<Tz>) -> SlotQuery {
    let date = "2026-02-01".parse().ok();
    SlotQuery { from: date, to: date, time_zone, ..SUNDAY }
}

#[test]
fn slots_are_free_in_both_calendars_and_shown_in_the_wanted_zone() {
    for (student, other) in [(None, TUTOR), (Some(8), UserId::new(6))] {
        let mut ports = market(true, Some(Standing::Open));
        ports.store.expect_availability().times(1).returning(|_| {
            let noon = [(6, vec![DayWindow::new(720, 840).unwrap()])].into();
            Ok(Availability { weekly: noon, ..Availability::unlimited(Tz::Africa__Addis_Ababa) })
        });
        let parties = Parties { tutor: TUTOR, student: other };
        ports
            .calendars
            .expect_busy_times()
            .withf(move |found, _| *found == parties)
            .times(1)
            .returning(|_, _| Ok(BusyTimes::default()));
        if student.is_some() {
            ports
                .sessions
                .expect_student_for()
                .with(eq(UserId::new(1)), eq(StudentId::new(8)))
                .times(1)
                .returning(|_, _| Ok(Some(UserId::new(6))));
        }
        let page = search(ports, Some(1), student, &sunday(Some(Tz::UTC))).unwrap();
        let starts: Vec<_> = page.slots.iter().map(|slot| slot.starts_at.to_rfc3339()).collect();
        assert_eq!(starts, ["2026-02-01T09:00:00+00:00", "2026-02-01T10:00:00+00:00"]);
        assert_eq!(page.time_zone, Tz::UTC);
    }
}

#[test]
fn bookings_after_the_window_are_read_as_far_as_the_last_slot_reaches() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut ports = market(true, None);
    ports.store.expect_availability().returning(|_| Ok(Availability::unlimited(Tz::America__Los_Angeles)));
    // The day ends in New York at nine in the evening in Los Angeles, and the week there three hours later.
    let expected = instant("2026-01-26T08:00:00Z")..instant("2026-02-09T08:00:00Z");
    ports
        .calendars
        .expect_busy_times()
        .withf(move |_, time| *time == expected)
        .times(1)
        .returning(|_, _| Ok(BusyTimes::default()));
    let long = SlotQuery { duration: 240, ..sunday(Some(Tz::America__New_York)) };
    assert!(search(ports, None, None, &long).is_ok());
}

#[test]
fn tutors_who_are_inactive_or_behind_a_block_offer_no_slots() {
    let search = |ports, viewer| search(ports, viewer, None, &SUNDAY);
    assert!(matches!(search(market(false, None), None), Err(SlotsError::Tutor(ReadTutorError::NotFound))));
    assert!(matches!(
        search(market(true, Some(Standing::BlockedByThem)), Some(1)),
        Err(SlotsError::Tutor(ReadTutorError::NotFound))
    ));
    assert!(matches!(
        search(market(true, Some(Standing::BlockedByYou)), Some(1)),
        Err(SlotsError::Tutor(ReadTutorError::BlockedByYou))
    ));
    let mut ports = Ports::default();
    ports.tutors.expect_find().times(1).returning(|_| Ok(None));
    assert!(matches!(search(ports, None), Err(SlotsError::Tutor(ReadTutorError::NotFound))));
}

#[test]
fn a_guardian_gets_no_slots_for_a_child_behind_a_block() {
    for standing in [Standing::BlockedByThem, Standing::BlockedByYou] {
        let mut ports = market(true, None);
        ports.sessions.expect_student_for().times(1).returning(|_, _| Ok(Some(UserId::new(6))));
        ports.connections.expect_relation().times(2).returning(move |user, _| {
            let standing = if user == Viewer::User(UserId::new(1)) { Standing::Open } else { standing };
            Ok(Some(Relation { standing, profile: ProfileFacts::of_stranger(true, false) }))
        });
        assert!(matches!(search(ports, Some(1), Some(8), &SUNDAY), Err(SlotsError::Tutor(ReadTutorError::NotFound))));
    }
}

#[test]
fn nothing_is_revealed_about_the_calendars_of_other_students() {
    let anonymous = search(market(true, None), None, Some(8), &SUNDAY);
    assert!(matches!(anonymous, Err(SlotsError::StudentNotFound)));
    let mut ports = market(true, Some(Standing::Open));
    ports.sessions.expect_student_for().times(1).returning(|_, _| Ok(None));
    assert!(matches!(search(ports, Some(1), Some(8), &SUNDAY), Err(SlotsError::StudentNotFound)));
}

#[test]
fn an_invalid_search_reads_no_calendar() {
    let mut ports = market(true, None);
    ports.store.expect_availability().times(1).returning(|_| Ok(Availability::unlimited(Tz::UTC)));
    let query = SlotQuery { to: "2020-01-01".parse().ok(), ..SUNDAY };
    assert!(matches!(search(ports, None, None, &query), Err(SlotsError::Invalid(found)) if found.concerns("to")));
}
