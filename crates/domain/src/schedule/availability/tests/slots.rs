use super::super::slots::free_slots;
use super::*;
use crate::schedule::fixtures::{MOMENT, PARTIES, busy, date, period, series, session};
use crate::schedule::{BusyTimes, Dst, Occurrence, PeriodSet};

const HOUR: SlotQuery = SlotQuery { from: None, to: None, duration: 60, step: 60, time_zone: None };

fn on(text: &str) -> SlotQuery {
    SlotQuery { from: Some(date(text)), to: Some(date(text)), ..HOUR }
}

/// Returns the slots that a query finds, with the dates and the wall clock of its zone.
fn slots(availability: &Availability, busy: &BusyTimes, query: SlotQuery) -> Vec<Occurrence> {
    let zone = query.time_zone.unwrap_or(availability.time_zone);
    let window = query.window(zone, now()).unwrap();
    let openings = Openings::new(availability, PARTIES.tutor, &window, &busy.bookings, now());
    free_slots(&openings, &busy.occupied(PARTIES), &query, zone, &window, now())
}

fn starts(availability: &Availability, busy: &BusyTimes, query: SlotQuery) -> Vec<String> {
    let start = |occurrence: &Occurrence| {
        format!("{} {}", occurrence.date.format("%m-%d"), occurrence.slot.start().format("%H:%M"))
    };
    slots(availability, busy, query).iter().map(start).collect()
}

fn violation(query: SlotQuery) -> (String, &'static str) {
    let violations = query.window(Tz::UTC, now()).unwrap_err();
    (violations.errors()[0].field.clone(), violations.errors()[0].code)
}

#[test]
fn a_search_covers_a_week_from_today_unless_it_says_otherwise() {
    let window = |query: SlotQuery, zone| query.window(zone, now()).unwrap();
    assert_eq!(window(HOUR, Tz::UTC), instant("2026-01-30T00:00:00Z")..instant("2026-02-06T00:00:00Z"));
    // In Honolulu, it is still January 29.
    let honolulu = window(HOUR, Tz::Pacific__Honolulu);
    assert_eq!(honolulu, instant("2026-01-29T10:00:00Z")..instant("2026-02-05T10:00:00Z"));
    let from = SlotQuery { from: Some(date("2026-03-08")), ..HOUR };
    assert_eq!(window(from, Tz::UTC), instant("2026-03-08T00:00:00Z")..instant("2026-03-15T00:00:00Z"));
    let short = window(on("2026-03-08"), Tz::America__New_York);
    assert_eq!(short, instant("2026-03-08T05:00:00Z")..instant("2026-03-09T04:00:00Z"), "the last day is included");
    let midnight_gap = window(on("2026-09-06"), Tz::America__Santiago);
    assert_eq!(midnight_gap, instant("2026-09-06T04:00:00Z")..instant("2026-09-07T03:00:00Z"));
}

#[test]
fn a_search_covers_1_to_31_days() {
    let days = |to: &str| SlotQuery { from: Some(date("2026-02-01")), to: Some(date(to)), ..HOUR };
    assert_eq!(violation(days("2026-01-31")), ("to".to_owned(), "before_start"));
    assert!(days("2026-02-01").window(Tz::UTC, now()).is_ok());
    assert!(days("2026-03-03").window(Tz::UTC, now()).is_ok());
    assert_eq!(violation(days("2026-03-04")), ("to".to_owned(), "too_long"));
    let violations = days("2026-03-04").window(Tz::UTC, now()).unwrap_err();
    assert_eq!(violations.errors()[0].message, "must be at most 30 days after from");
    let before_today = SlotQuery { to: Some(date("2026-01-29")), ..HOUR };
    assert_eq!(violation(before_today), ("to".to_owned(), "before_start"));
}

#[test]
fn slots_fill_the_hours_at_multiples_of_the_step() {
    let found = starts(&mondays(Tz::UTC), &BusyTimes::default(), SlotQuery { duration: 180, ..on("2026-02-02") });
    let expected = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"].map(|time| format!("02-02 {time}"));
    assert_eq!(found, expected);
    // The step counts from midnight on the tutor's wall clock, not from the beginning of the hours.
    let uneven = Availability { weekly: [(0, vec![window(547, 700)])].into(), ..mondays(Tz::Asia__Kathmandu) };
    let query = SlotQuery { duration: 30, step: 20, ..on("2026-02-02") };
    let expected = ["09:20", "09:40", "10:00", "10:20", "10:40", "11:00"].map(|time| format!("02-02 {time}"));
    assert_eq!(starts(&uneven, &BusyTimes::default(), query), expected);
    let in_utc = SlotQuery { time_zone: Some(Tz::UTC), ..query };
    assert_eq!(starts(&uneven, &BusyTimes::default(), in_utc)[0], "02-02 03:35");
}

#[test]
fn neither_side_has_anything_else_during_a_slot() {
    let free = |busy: &BusyTimes| starts(&mondays(Tz::UTC), busy, on("2026-02-02"));
    let [ten] = series(Tz::UTC, "2026-02-02", "10:00", "11:00", 1).try_into().unwrap();
    let without_ten =
        ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"].map(|time| format!("02-02 {time}"));
    assert_eq!(free(&busy([&ten])), without_ten);
    let mut attended = busy(&[ten]);
    attended.bookings[0].parties.tutor = crate::ids::UserId::new(9);
    assert_eq!(free(&attended), without_ten, "the student is busy");
    let time_off = vec![period("2026-02-02T10:59:00Z", "2026-02-02T12:00:00Z")];
    let expected = ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"].map(|time| format!("02-02 {time}"));
    assert_eq!(free(&BusyTimes { bookings: Vec::new(), time_off }), expected);
}

#[test]
fn a_slot_has_not_begun() {
    let today = |at: DateTime<Utc>| {
        let always = Availability::unlimited(Tz::UTC);
        let window = on("2026-01-30").window(Tz::UTC, at).unwrap();
        let openings = Openings::new(&always, PARTIES.tutor, &window, &[], at);
        let found = free_slots(&openings, &PeriodSet::default(), &on("2026-01-30"), Tz::UTC, &window, at);
        found[0].starts_at
    };
    assert_eq!(today(now()), now() + TimeDelta::hours(1));
    assert_eq!(today(now() - MOMENT), now());
}

#[test]
fn the_same_instants_are_offered_in_every_zone() {
    let berlin = mondays(Tz::Europe__Berlin);
    let of = |zone| {
        let query = SlotQuery { from: Some(date("2026-02-01")), to: Some(date("2026-02-03")), ..HOUR };
        let found = slots(&berlin, &BusyTimes::default(), SlotQuery { time_zone: Some(zone), ..query });
        found.iter().map(Occurrence::period).collect::<Vec<_>>()
    };
    assert_eq!(of(Tz::Europe__Berlin).len(), 8);
    for zone in [Tz::UTC, Tz::America__Los_Angeles, Tz::Pacific__Auckland, Tz::Asia__Kathmandu] {
        assert_eq!(of(zone), of(Tz::Europe__Berlin), "{zone}");
    }
}

#[test]
fn slots_last_as_long_and_shift_across_clock_changes() {
    let early =
        Availability { weekly: [(6, vec![window(0, 240)])].into(), ..Availability::unlimited(Tz::America__New_York) };
    let gap = slots(&early, &BusyTimes::default(), on("2026-03-08"));
    let shown: Vec<_> = gap.iter().map(|slot| slot.slot.start().format("%H:%M").to_string()).collect();
    assert_eq!(shown, ["00:00", "01:00", "03:00"]);
    let hour = |slot: &Occurrence| slot.ends_at - slot.starts_at == TimeDelta::hours(1);
    assert!(gap.iter().all(hour));
    assert_eq!(gap[1].slot.end().to_string(), "02:00:00", "the wall clock of the slot ignores the gap");

    // Hours that reach into the gap end, or begin, with the clock change.
    let shown = |from, to| {
        let hours = Availability { weekly: [(6, vec![window(from, to)])].into(), ..early.clone() };
        starts(&hours, &BusyTimes::default(), SlotQuery { duration: 30, step: 30, ..on("2026-03-08") })
    };
    assert_eq!(shown(90, 150), ["03-08 01:30"]);
    assert_eq!(shown(150, 210), ["03-08 03:00"]);

    // The second pass of the hour from one to two cannot be named on the wall clock, but in another zone it can.
    let overlap = slots(&early, &BusyTimes::default(), on("2026-11-01"));
    let shown: Vec<_> = overlap.iter().map(|slot| (slot.slot.start().format("%H:%M").to_string(), slot.dst)).collect();
    let expected = [("00:00", None), ("01:00", Some(Dst::Overlap)), ("02:00", None), ("03:00", None)];
    assert_eq!(shown, expected.map(|(time, dst)| (time.to_owned(), dst)));
    assert!(overlap.iter().all(hour));
    let in_utc = SlotQuery { time_zone: Some(Tz::UTC), ..on("2026-11-01") };
    let expected = ["04:00", "05:00", "06:00", "07:00", "08:00"].map(|time| format!("11-01 {time}"));
    assert_eq!(starts(&early, &BusyTimes::default(), in_utc), expected);
}

#[test]
fn a_slot_may_last_beyond_midnight_and_the_window() {
    let night = Availability {
        weekly: [(0, vec![window(1380, 1440)]), (1, vec![window(0, 60)])].into(),
        ..Availability::unlimited(Tz::UTC)
    };
    let query = SlotQuery { duration: 120, step: 30, ..on("2026-02-02") };
    let found = slots(&night, &BusyTimes::default(), query);
    assert_eq!(found.len(), 1);
    assert!(found[0].slot.is_overnight());
    assert_eq!(found[0].ends_at, instant("2026-02-03T01:00:00Z"));
    // Bookings that begin after the window matter as well.
    let window = query.window(Tz::UTC, now()).unwrap();
    assert!(query.reach(&night, &window).end >= found[0].ends_at);
    let sunday = SlotQuery { time_zone: Some(Tz::America__Los_Angeles), duration: 600, ..on("2026-02-01") };
    let tutor = Availability::unlimited(Tz::America__New_York);
    // Midnight in Los Angeles is Monday, three in the morning, in New York; then the other way round.
    assert_eq!(
        sunday.reach(&tutor, &sunday.window(Tz::America__Los_Angeles, now()).unwrap()).end,
        instant("2026-02-09T05:00:00Z")
    );
    let eastern = sunday.window(Tz::America__New_York, now()).unwrap();
    let western = Availability::unlimited(Tz::America__Los_Angeles);
    assert_eq!(eastern.end, instant("2026-02-02T05:00:00Z"), "it is nine on Sunday evening in Los Angeles");
    assert_eq!(sunday.reach(&western, &eastern).end, instant("2026-02-09T08:00:00Z"));
}

#[test]
fn a_slot_is_shorter_than_a_day() {
    let always = Availability::unlimited(Tz::UTC);
    let lasting = |duration| slots(&always, &BusyTimes::default(), SlotQuery { duration, ..on("2026-02-02") }).len();
    assert_eq!([1439, 1440, 1500].map(lasting), [24, 0, 0]);
    assert_eq!(session(0).occurrence.slot.duration(), TimeDelta::hours(1));
}
