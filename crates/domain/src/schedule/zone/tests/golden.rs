//! Series across the clock changes on which other engines disagree.

use chrono::{Datelike, TimeDelta};
use chrono_tz::Tz;

use crate::schedule::fixtures::{date, instant, slot};
use crate::schedule::{Dst, Occurrence, Schedule, expand};

/// Returns the eight-week series of the weekday of a date that begins a week earlier.
fn series(zone: Tz, critical: &str, start: &str, end: &str) -> Vec<Occurrence> {
    let first = date(critical) - TimeDelta::weeks(1);
    let schedule =
        Schedule::Weekly { days: vec![first.weekday()], slot: slot(start, end), weeks: 8, starts_on: Some(first) };
    expand(&schedule, zone, instant("2026-01-01T00:00:00Z"))
}

#[test]
fn a_series_counts_the_session_of_every_week_and_all_last_equally_long() {
    use Dst::{Gap, Overlap};
    #[rustfmt::skip]
    let table = [
        // zone, date, start and end, starts of the session before, of the session itself and of the next one
        (Tz::America__New_York, "2026-03-08", "02:30", "03:30", "03-01T07:30", "03-08T07:30", "03-15T06:30", Some(Gap)),
        (Tz::America__New_York, "2026-03-08", "02:00", "03:00", "03-01T07:00", "03-08T07:00", "03-15T06:00", Some(Gap)),
        (Tz::America__New_York, "2026-11-01", "01:30", "02:30", "10-25T05:30", "11-01T05:30", "11-08T06:30", Some(Overlap)),
        (Tz::America__New_York, "2026-11-01", "00:30", "01:30", "10-25T04:30", "11-01T04:30", "11-08T05:30", None),
        (Tz::Asia__Beirut, "2026-03-29", "00:00", "01:00", "03-21T22:00", "03-28T22:00", "04-04T21:00", Some(Gap)),
        (Tz::Africa__Cairo, "2026-04-24", "00:00", "01:00", "04-16T22:00", "04-23T22:00", "04-30T21:00", Some(Gap)),
        (Tz::America__Santiago, "2026-09-06", "00:00", "01:00", "08-30T04:00", "09-06T04:00", "09-13T03:00", Some(Gap)),
        (Tz::America__Havana, "2026-03-08", "00:00", "01:00", "03-01T05:00", "03-08T05:00", "03-15T04:00", Some(Gap)),
        (Tz::Australia__Lord_Howe, "2026-10-04", "02:00", "03:00", "09-26T15:30", "10-03T15:30", "10-10T15:00", Some(Gap)),
        (Tz::Australia__Lord_Howe, "2026-04-05", "01:45", "02:45", "03-28T14:45", "04-04T14:45", "04-11T15:15", Some(Overlap)),
        (Tz::Africa__Casablanca, "2026-02-15", "02:30", "03:30", "02-08T01:30", "02-15T01:30", "02-22T02:30", Some(Overlap)),
        (Tz::Africa__Casablanca, "2026-03-22", "02:30", "03:30", "03-15T02:30", "03-22T02:30", "03-29T01:30", Some(Gap)),
        (Tz::Africa__Addis_Ababa, "2026-03-08", "02:30", "03:30", "02-28T23:30", "03-07T23:30", "03-14T23:30", None),
        (Tz::America__New_York, "2026-03-07", "23:30", "03:30", "03-01T04:30", "03-08T04:30", "03-15T03:30", None),
    ];
    for (zone, critical, start, end, before, itself, next, dst) in table {
        let sessions = series(zone, critical, start, end);
        let starts: Vec<_> =
            sessions.iter().take(3).map(|session| session.starts_at.format("%m-%dT%H:%M").to_string()).collect();
        assert_eq!(starts, [before, itself, next], "{zone} {critical} {start}");
        let flags: Vec<_> = sessions.iter().map(|session| session.dst).collect();
        assert_eq!((flags[0], flags[1], flags[2]), (None, dst, None), "{zone} {critical} {start}");
        assert_eq!(sessions.len(), 9, "the last day counts");
        let length = slot(start, end).duration();
        assert!(sessions.iter().all(|session| session.ends_at - session.starts_at == length), "{zone}");
        assert!(sessions.iter().all(|session| session.slot == slot(start, end)), "the wall clock is kept");
    }
}
