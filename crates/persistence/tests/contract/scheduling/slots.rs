//! Free slots can be booked as they are.

use astegni_domain::accounts::{Actor, NewAccount, Role};
use astegni_domain::change::Change;
use astegni_domain::requests::{Acceptance, RequestDraft, ScheduleDraft};
use astegni_domain::schedule::{AvailabilityChanges, DayWindow, Occurrence, Period, SlotQuery, TimeOffTerms};
use astegni_domain::tutoring::ScheduleType;
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;

use super::model::Random;
use super::{EVERY_DAY, assert_consistent, book, versatile};
use crate::harness::{World, contract, dates, draft, now, tutor_id};

const ZONES: [Tz; 4] = [Tz::Africa__Addis_Ababa, Tz::America__New_York, Tz::Asia__Kathmandu, Tz::Pacific__Auckland];

/// Gives a tutor random hours and limits, a few sessions, and time off.
fn busy_tutor(world: &World, random: &mut Random) -> Actor {
    let time_zone = random.one_of(&ZONES);
    let account = NewAccount { time_zone, ..World::account(&[Role::Tutor, Role::Student]) };
    let tutor = world.register(account).1;
    let (one, other) = (versatile(world), versatile(world));
    book(world, &tutor, &one, dates(&["2026-02-02", "2026-02-04", "2026-02-07"], 10, 12));
    book(world, &other, &tutor, dates(&["2026-02-03", "2026-02-05"], 14, 16));
    let starts_at = now() + TimeDelta::hours(random.between(24, 120));
    let period = Period { starts_at, ends_at: starts_at + TimeDelta::hours(random.between(1, 48)) };
    let terms = TimeOffTerms { period, reason: None, cancels_sessions: false };
    block_on(world.availability_at(now()).add_time_off(&tutor, &terms)).unwrap();
    let mut weekly = Vec::new();
    for day in EVERY_DAY {
        let start = random.between(0, 600);
        let mut add = |from: i64, until: i64| {
            weekly.push((day, DayWindow::new(u16::try_from(from).unwrap(), u16::try_from(until).unwrap()).unwrap()));
        };
        add(start, start + random.between(60, 400));
        add(1020, if random.between(0, 1) == 0 { 1440 } else { 1200 });
    }
    let limit = |value: i64| Change::Set(u16::try_from(value).unwrap());
    let changes = AvailabilityChanges {
        weekly: Change::Set(weekly),
        buffer_minutes: limit(random.one_of(&[0, 10, 45])),
        minimum_notice_hours: limit(random.one_of(&[0, 6, 30])),
        max_per_day: limit(random.between(2, 3)),
        max_per_week: limit(random.between(8, 10)),
        ..AvailabilityChanges::default()
    };
    block_on(world.availability_at(now()).update(&tutor, &changes, |_| true)).unwrap();
    tutor
}

/// Returns the free slots of a tutor and a student, without what a zone shows in another way.
fn slots(world: &World, tutor: &Actor, student: &Actor, query: &SlotQuery) -> Vec<Occurrence> {
    let (viewer, profile) = (Some(student.user_id), student.profiles.student);
    let page = block_on(world.availability_at(now()).slots(viewer, tutor_id(tutor), profile, query)).unwrap();
    page.slots
}

/// The request for a slot, in the zone in which it is shown.
fn request_for(tutor: &Actor, slot: &Occurrence, zone: Tz) -> RequestDraft {
    let schedule = ScheduleDraft {
        schedule_type: Some(ScheduleType::SpecificDates),
        specific_dates: Some(vec![Some(slot.date)]),
        start_time: Some(slot.slot.start()),
        end_time: Some(slot.slot.end()),
        time_zone: Some(zone),
        overnight: slot.slot.is_overnight(),
        ..ScheduleDraft::default()
    };
    RequestDraft { schedule, ..draft(tutor, None) }
}

contract! {
    fn a_free_slot_can_be_booked_once(world: World) {
        let mut random = Random::new(20_260_130);
        let mut booked = 0;
        for _ in 0..4 {
            let tutor = busy_tutor(&world, &mut random);
            let student = versatile(&world);
            let student = Actor { active_role: Some(Role::Student), ..student };
            let zone = random.one_of(&ZONES);
            let query = SlotQuery {
                from: None,
                to: "2026-02-12".parse().ok(),
                duration: random.one_of(&[30, 60, 90]),
                step: random.one_of(&[15, 30, 60]),
                time_zone: Some(zone),
            };
            for _ in 0..5 {
                let free = slots(&world, &tutor, &student, &query);
                assert!(!free.is_empty(), "the tutor has no time left");
                let slot = random.one_of(&free.iter().collect::<Vec<_>>());
                let sent = block_on(world.requests().create(&student, request_for(&tutor, slot, zone))).unwrap();
                let preview =
                    block_on(world.requests().preview(&tutor, sent.request_id, Acceptance::default())).unwrap();
                assert_eq!((preview.preview.sessions, preview.objections), (vec![slot.clone()], vec![vec![]]));
                let accepted =
                    block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
                assert_eq!(accepted.sessions_created, 1);
                let left = slots(&world, &tutor, &student, &query);
                assert!(left.iter().all(|other| !other.period().overlaps(slot.period()) && free.contains(other)));
                booked += 1;
            }
        }
        assert_eq!(booked, 20);
        assert_consistent(&world);
    }
}
