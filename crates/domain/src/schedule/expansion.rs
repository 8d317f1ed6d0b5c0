//! Expansion of schedules to occurrences.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::{Dst, Period, TimeSlot, resolve};

/// The largest number of sessions of one request.
pub const MAX_SESSIONS: usize = 200;

/// The number of weeks of a weekly schedule that gives none.
pub const DEFAULT_WEEKS: u8 = 8;

/// The times of the sessions of a request, on the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// No times: the parties agree on them later.
    Unscheduled,
    /// The same slot on some weekdays of every week.
    Weekly {
        /// The weekdays, without duplicates.
        days: Vec<Weekday>,
        /// The times on each of them.
        slot: TimeSlot,
        /// The number of weeks, 1 to 26.
        weeks: u8,
        /// The first date that counts, if it is later than the date of acceptance.
        starts_on: Option<NaiveDate>,
    },
    /// The same slot on some dates.
    Dates {
        /// The dates, ascending and without duplicates.
        dates: Vec<NaiveDate>,
        /// The times on each of them.
        slot: TimeSlot,
    },
}

/// A proposed session: its wall-clock time in the schedule's zone, and the instants that it resolves to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The date of the schedule.
    pub date: NaiveDate,
    /// The times of the schedule, even where a gap shifts the start.
    pub slot: TimeSlot,
    /// The instant of the start.
    pub starts_at: DateTime<Utc>,
    /// The instant of the end, exclusive: the start plus the slot's duration.
    pub ends_at: DateTime<Utc>,
    /// The effect of a clock change on the start.
    pub dst: Option<Dst>,
}

impl Occurrence {
    /// Resolves a slot on a date in a zone.
    pub fn at(zone: Tz, date: NaiveDate, slot: TimeSlot) -> Self {
        let (starts_at, dst) = resolve(zone, date.and_time(slot.start()));
        Self { date, slot, starts_at, ends_at: starts_at + slot.duration(), dst }
    }

    /// Returns the time from the earliest start to the latest end, within which other sessions matter; `None` without
    /// occurrences.
    pub fn window(occurrences: &[Self]) -> Option<Range<DateTime<Utc>>> {
        let start = occurrences.iter().map(|occurrence| occurrence.starts_at).min()?;
        let end = occurrences.iter().map(|occurrence| occurrence.ends_at).max()?;
        Some(start..end)
    }

    /// Returns the time between the start and the end.
    pub fn period(&self) -> Period {
        Period { starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

/// Returns the occurrences of a schedule that is accepted at `now`, ascending.
///
/// A weekly schedule runs from today in its zone (or from `starts_on`, if that is later) for its number of weeks, the
/// last day included, and begins with the first slot that has not begun. Dates are all included, even past ones, so
/// that the caller can report them.
pub fn expand(schedule: &Schedule, zone: Tz, now: DateTime<Utc>) -> Vec<Occurrence> {
    match schedule {
        Schedule::Unscheduled => Vec::new(),
        Schedule::Dates { dates, slot } => dates.iter().map(|date| Occurrence::at(zone, *date, *slot)).collect(),
        Schedule::Weekly { days, slot, weeks, starts_on } => {
            let today = now.with_timezone(&zone).date_naive();
            let first = starts_on.map_or(today, |date| date.max(today));
            (0..=u64::from(*weeks) * 7)
                .filter_map(|offset| first.checked_add_days(Days::new(offset)))
                .filter(|date| days.contains(&date.weekday()))
                .map(|date| Occurrence::at(zone, date, *slot))
                .filter(|occurrence| occurrence.starts_at > now)
                .collect()
        }
    }
}

/// Returns the start of the last occurrence of a list of dates, after which a request for them is pointless; `None`
/// for schedules that depend on the instant of acceptance.
pub fn last_chance(schedule: &Schedule, zone: Tz) -> Option<DateTime<Utc>> {
    match schedule {
        Schedule::Dates { dates, slot } => dates.last().map(|date| Occurrence::at(zone, *date, *slot).starts_at),
        Schedule::Unscheduled | Schedule::Weekly { .. } => None,
    }
}

/// Returns the indexes of two occurrences that overlap, the lower index first, or `None` if all are disjoint.
pub fn self_overlap(occurrences: &[Occurrence]) -> Option<(usize, usize)> {
    let mut order: Vec<(usize, &Occurrence)> = occurrences.iter().enumerate().collect();
    order.sort_by_key(|(_, occurrence)| occurrence.starts_at);
    order.windows(2).find_map(|pair| match pair {
        [(first, a), (second, b)] if b.starts_at < a.ends_at => Some((*first.min(second), *first.max(second))),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeDelta};
    use proptest::prelude::*;

    use super::*;

    fn slot(start: u32, end: u32) -> TimeSlot {
        let time = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap();
        TimeSlot::new(time(start), time(end)).unwrap()
    }

    fn weekly(days: &[Weekday], start: u32, end: u32) -> Schedule {
        Schedule::Weekly { days: days.to_vec(), slot: slot(start, end), weeks: DEFAULT_WEEKS, starts_on: None }
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn monday_wednesday_friday_accepted_on_a_friday_make_25_sessions() {
        let schedule = weekly(&[Weekday::Mon, Weekday::Wed, Weekday::Fri], 600, 720);
        let sessions = expand(&schedule, Tz::Africa__Addis_Ababa, instant("2026-01-30T05:00:00Z"));
        assert_eq!(sessions.len(), 25);
        assert_eq!(sessions[0].starts_at, instant("2026-01-30T07:00:00Z"));
        assert_eq!(sessions[24].date.to_string(), "2026-03-27");
    }

    #[test]
    fn the_horizon_of_a_weekly_schedule_includes_its_last_day() {
        let one_week = |starts_on: Option<&str>| {
            let starts_on = starts_on.map(|date| date.parse().unwrap());
            let schedule = Schedule::Weekly { days: vec![Weekday::Fri], slot: slot(600, 720), weeks: 1, starts_on };
            let sessions = expand(&schedule, Tz::Africa__Addis_Ababa, instant("2026-01-30T05:00:00Z"));
            sessions.iter().map(|session| session.date.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(one_week(None), ["2026-01-30", "2026-02-06"]);
        assert_eq!(one_week(Some("2026-02-01")), ["2026-02-06"]);
        assert_eq!(one_week(Some("2026-01-31")), ["2026-02-06"]);
        assert_eq!(one_week(Some("2026-02-06")), ["2026-02-06", "2026-02-13"]);
        assert_eq!(one_week(Some("2025-12-01")), ["2026-01-30", "2026-02-06"]);
    }

    #[test]
    fn the_last_chance_is_the_start_of_the_last_date() {
        let dates = ["2026-01-31", "2026-02-02"].map(|date| date.parse().unwrap()).to_vec();
        let schedule = Schedule::Dates { dates, slot: slot(840, 960) };
        assert_eq!(last_chance(&schedule, Tz::Africa__Addis_Ababa), Some(instant("2026-02-02T11:00:00Z")));
        assert_eq!(last_chance(&Schedule::Unscheduled, Tz::UTC), None);
        assert_eq!(last_chance(&weekly(&[Weekday::Fri], 600, 720), Tz::UTC), None);
    }

    #[test]
    fn occurrences_overlap_if_they_share_an_instant() {
        let ten = Occurrence::at(Tz::UTC, "2026-02-02".parse().unwrap(), slot(600, 660));
        let period = |from: i64, to: i64| {
            let at = |minutes| ten.starts_at + TimeDelta::minutes(minutes);
            ten.period().overlaps(Period { starts_at: at(from), ends_at: at(to) })
        };
        for (from, to, expected) in
            [(-60, 0, false), (-60, 1, true), (59, 120, true), (60, 120, false), (10, 20, true), (-10, 70, true)]
        {
            assert_eq!(period(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn a_slot_that_has_begun_is_not_the_first() {
        let schedule = weekly(&[Weekday::Fri], 600, 720);
        let at = |now| expand(&schedule, Tz::Africa__Addis_Ababa, instant(now));
        assert_eq!(at("2026-01-30T06:59:59Z")[0].date.to_string(), "2026-01-30");
        assert_eq!(at("2026-01-30T07:00:00Z")[0].date.to_string(), "2026-02-06");
    }

    #[test]
    fn today_is_the_zones_today() {
        let schedule = weekly(&[Weekday::Sat], 600, 720);
        let sessions = expand(&schedule, Tz::Pacific__Auckland, instant("2026-01-30T12:00:00Z"));
        assert_eq!(sessions[0].date.to_string(), "2026-01-31");
        assert_eq!(sessions.len(), 9);
    }

    #[test]
    fn three_dates_make_three_sessions_and_no_schedule_none() {
        let dates = ["2026-01-31", "2026-02-01", "2026-02-02"].map(|date| date.parse().unwrap()).to_vec();
        let schedule = Schedule::Dates { dates, slot: slot(840, 960) };
        let now = instant("2026-01-30T05:00:00Z");
        assert_eq!(expand(&schedule, Tz::Africa__Addis_Ababa, now).len(), 3);
        assert!(expand(&Schedule::Unscheduled, Tz::Africa__Addis_Ababa, now).is_empty());
    }

    #[test]
    fn the_wall_clock_is_kept_across_daylight_saving() {
        let sessions =
            expand(&weekly(&[Weekday::Mon], 900, 960), Tz::America__Chicago, instant("2026-02-20T12:00:00Z"));
        let starts: Vec<_> = sessions.iter().map(|session| session.starts_at.to_rfc3339()).collect();
        assert!(starts.contains(&"2026-03-02T21:00:00+00:00".to_owned()));
        assert!(starts.contains(&"2026-03-09T20:00:00+00:00".to_owned()));
    }

    #[test]
    fn a_gap_at_midnight_moves_the_session_and_drops_none() {
        let sessions = expand(&weekly(&[Weekday::Fri], 0, 60), Tz::Africa__Cairo, instant("2026-04-16T12:00:00Z"));
        assert_eq!(sessions[1].starts_at, instant("2026-04-23T22:00:00Z"));
        assert_eq!(sessions[1].dst, Some(Dst::Gap));
        assert_eq!(sessions.len(), 8);
    }

    #[test]
    fn a_session_lasts_as_long_in_a_gap_and_in_an_overlap() {
        let gap = Occurrence::at(Tz::America__New_York, "2026-03-08".parse().unwrap(), slot(120, 180));
        assert_eq!((gap.starts_at, gap.ends_at), (instant("2026-03-08T07:00:00Z"), instant("2026-03-08T08:00:00Z")));
        let overlap = Occurrence::at(Tz::America__New_York, "2026-11-01".parse().unwrap(), slot(90, 150));
        assert_eq!(overlap.starts_at, instant("2026-11-01T05:30:00Z"));
        assert_eq!(overlap.ends_at - overlap.starts_at, TimeDelta::minutes(60));
        assert_eq!((gap.dst, overlap.dst), (Some(Dst::Gap), Some(Dst::Overlap)));
    }

    #[test]
    fn adjacent_occurrences_do_not_overlap() {
        let day: NaiveDate = "2026-02-02".parse().unwrap();
        let at = |start, end| Occurrence::at(Tz::UTC, day, slot(start, end));
        assert_eq!(self_overlap(&[at(600, 660), at(660, 720)]), None);
        assert_eq!(self_overlap(&[at(659, 720), at(0, 60), at(600, 660)]), Some((0, 2)));
        assert_eq!(self_overlap(&[at(600, 660), at(0, 60), at(659, 720)]), Some((0, 2)));
        assert_eq!(self_overlap(&[at(600, 660)]), None);
    }

    proptest! {
        #[test]
        fn occurrences_ascend_lie_within_the_horizon_and_keep_their_length(
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            at in 1_700_000_000_i64..2_000_000_000,
            days in proptest::sample::subsequence(
                vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun], 1..=7),
            start in 0_u32..1380, length in 1_u32..60, weeks in 1_u8..=26,
        ) {
            let now = DateTime::from_timestamp(at, 0).unwrap();
            let slot = slot(start, start + length);
            let schedule = Schedule::Weekly { days: days.clone(), slot, weeks, starts_on: None };
            let sessions = expand(&schedule, zone, now);
            let least = days.len() * usize::from(weeks);
            prop_assert!((least - 1..=least + 1).contains(&sessions.len()), "{} of {least}", sessions.len());
            prop_assert!(sessions.is_sorted_by(|a, b| a.date < b.date && a.starts_at < b.starts_at));
            for session in &sessions {
                prop_assert!(session.starts_at > now);
                prop_assert_eq!(session.slot, slot);
                prop_assert!(session.starts_at < now + TimeDelta::days(i64::from(weeks) * 7 + 2));
                prop_assert_eq!(session.ends_at - session.starts_at, slot.duration());
                prop_assert!(days.contains(&session.date.weekday()));
            }
        }
    }
}
