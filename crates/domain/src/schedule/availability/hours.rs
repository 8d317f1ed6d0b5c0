//! Windows of a day, and the times at which a tutor is open.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};

use super::Availability;
use crate::schedule::zone::resolve_boundary;
use crate::schedule::{Period, PeriodSet, parse_time};
use crate::validation::Invalid;

/// The number of minutes of a day on the wall clock.
const DAY: u16 = 24 * 60;

/// A part of a day on the wall clock, in whole minutes. It may last until midnight, `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayWindow {
    /// Minutes since midnight.
    start: u16,
    /// Minutes since midnight, exclusive, greater than the start.
    end: u16,
}

impl DayWindow {
    /// The whole day.
    pub const ALL_DAY: Self = Self { start: 0, end: DAY };

    /// Returns the window, unless it is empty. The refusal concerns the end.
    pub fn new(start: u16, end: u16) -> Result<Self, Invalid> {
        match end {
            _ if end <= start => Err(Invalid::new("before_start", "must be after start_time")),
            _ if end > DAY => Err(Invalid::new("invalid_time", "must be a time HH:MM up to 24:00")),
            _ => Ok(Self { start, end }),
        }
    }

    /// Parses a time of day into minutes since midnight. Unlike other times, it may be `24:00`.
    pub fn parse_minute(input: &str) -> Result<u16, Invalid> {
        if matches!(input.trim(), "24:00" | "24:00:00") {
            return Ok(DAY);
        }
        parse_time(input).map(|time| u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or(DAY))
    }

    /// Returns the minutes from midnight to the start.
    pub fn start(self) -> u16 {
        self.start
    }

    /// Returns the minutes from midnight to the end, exclusive.
    pub fn end(self) -> u16 {
        self.end
    }

    /// Returns whether the windows share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl Availability {
    /// Returns the windows of a date in the tutor's zone.
    pub fn windows_on(&self, date: NaiveDate) -> &[DayWindow] {
        if let Some(windows) = self.overrides.get(&date) {
            return windows;
        }
        if self.weekly.is_empty() {
            return &[DayWindow::ALL_DAY];
        }
        let day = u8::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
        self.weekly.get(&day).map_or(&[], Vec::as_slice)
    }

    /// Returns the periods at which the tutor is open around a time. Windows that touch, also at midnight, form one period.
    /// Periods may reach beyond the time.
    pub fn open_periods(&self, time: &Range<DateTime<Utc>>) -> PeriodSet {
        let date = |instant: DateTime<Utc>| instant.with_timezone(&self.time_zone).date_naive();
        let first = date(time.start).checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        let last = date(time.end).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let of_date = |date: NaiveDate| {
            let period = move |window: &DayWindow| Period {
                starts_at: self.instant(date, window.start),
                ends_at: self.instant(date, window.end),
            };
            self.windows_on(date).iter().map(period)
        };
        first.iter_days().take_while(|date| *date <= last).flat_map(of_date).collect()
    }

    /// Returns the instant of a minute of a date; the last one of a day is the beginning of the next day.
    fn instant(&self, date: NaiveDate, minute: u16) -> DateTime<Utc> {
        let wall = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute));
        resolve_boundary(self.time_zone, wall)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn nine_to_five() -> DayWindow {
        DayWindow::new(9 * 60, 17 * 60).unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn periods(availability: &Availability, from: &str, to: &str) -> Vec<String> {
        let (from, to) = (instant(from), instant(to));
        let within = |period: &Period| period.overlaps(Period { starts_at: from, ends_at: to });
        let show = |period: Period| {
            format!("{} - {}", period.starts_at.format("%m-%dT%H:%M"), period.ends_at.format("%m-%dT%H:%M"))
        };
        availability.open_periods(&(from..to)).iter().filter(within).map(show).collect()
    }

    #[test]
    fn a_window_ends_after_it_starts_and_at_midnight_at_the_latest() {
        assert_eq!(DayWindow::new(0, 1440), Ok(DayWindow::ALL_DAY));
        assert_eq!(DayWindow::new(60, 60).unwrap_err().code, "before_start");
        assert_eq!(DayWindow::new(60, 1441).unwrap_err().code, "invalid_time");
        assert_eq!(DayWindow::parse_minute("24:00"), Ok(1440));
        assert_eq!(DayWindow::parse_minute("23:59:00"), Ok(1439));
        for text in ["24:01", "25:00", "9", "09:00:30"] {
            assert!(DayWindow::parse_minute(text).is_err(), "{text}");
        }
    }

    #[test]
    fn windows_follow_the_wall_clock_across_a_clock_change() {
        let weekly = (0..7).map(|day| (day, vec![nine_to_five()])).collect();
        let berlin = Availability { weekly, ..Availability::unlimited(Tz::Europe__Berlin) };
        let expected = ["03-28T08:00 - 03-28T16:00", "03-29T07:00 - 03-29T15:00"];
        assert_eq!(periods(&berlin, "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"), expected);
    }

    #[test]
    fn windows_that_touch_at_midnight_form_one_period() {
        let weekly =
            [(0, vec![DayWindow::new(1320, 1440).unwrap()]), (1, vec![DayWindow::new(0, 120).unwrap()])].into();
        let night = Availability { weekly, ..Availability::unlimited(Tz::UTC) };
        assert_eq!(periods(&night, "2026-02-02T00:00:00Z", "2026-02-04T00:00:00Z"), ["02-02T22:00 - 02-03T02:00"]);
    }

    #[test]
    fn a_date_replaces_the_hours_of_its_weekday() {
        let weekly = [(0, vec![nine_to_five()])].into();
        let overrides = [
            ("2026-02-02".parse().unwrap(), Vec::new()),
            ("2026-02-04".parse().unwrap(), vec![DayWindow::new(600, 660).unwrap()]),
        ];
        let hours = Availability { weekly, overrides: overrides.into(), ..Availability::unlimited(Tz::UTC) };
        let expected = ["02-04T10:00 - 02-04T11:00", "02-09T09:00 - 02-09T17:00"];
        assert_eq!(periods(&hours, "2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z"), expected);
    }

    #[test]
    fn a_window_that_the_clock_skips_is_closed() {
        let weekly = [(6, vec![DayWindow::new(120, 180).unwrap()])].into();
        let early = Availability { weekly, ..Availability::unlimited(Tz::America__New_York) };
        assert!(periods(&early, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z").is_empty());
    }

    #[test]
    fn the_edge_of_a_window_in_a_gap_is_the_clock_change() {
        let window = |start, end| DayWindow::new(start, end).unwrap();
        // On March 8, the clock goes from 02:00 to 03:00, which is 07:00 UTC.
        let open = |windows: &[DayWindow]| {
            let early = Availability {
                weekly: [(6, windows.to_vec())].into(),
                ..Availability::unlimited(Tz::America__New_York)
            };
            periods(&early, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z")
        };
        assert_eq!(open(&[window(150, 210)]), ["03-08T07:00 - 03-08T07:30"]);
        assert_eq!(open(&[window(90, 150)]), ["03-08T06:30 - 03-08T07:00"]);
        assert_eq!(open(&[window(90, 130), window(170, 210)]), ["03-08T06:30 - 03-08T07:30"], "no time lies between");
        assert_eq!(open(&[window(120, 170), window(180, 200)]), ["03-08T07:00 - 03-08T07:20"]);
        assert!(open(&[window(120, 130), window(150, 165)]).is_empty(), "no window is moved beyond the gap");
    }

    #[test]
    fn a_tutor_without_hours_is_always_open() {
        let always = Availability::unlimited(Tz::America__New_York);
        let open = always.open_periods(&(instant("2026-03-01T00:00:00Z")..instant("2026-03-20T00:00:00Z")));
        assert_eq!(open.iter().count(), 1);
        let (starts_at, ends_at) = (instant("2026-03-01T00:00:00Z"), instant("2026-03-20T00:00:00Z"));
        assert!(open.contains(Period { starts_at, ends_at }));
    }
}
