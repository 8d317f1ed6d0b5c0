//! Times of a day and days of a week.

use chrono::{NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};

use crate::validation::Invalid;

/// A stretch of a day on the wall clock; its end is after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSlot {
    start: NaiveTime,
    end: NaiveTime,
}

impl TimeSlot {
    /// Creates a slot in whole minutes that ends after it starts. An error concerns the end.
    pub fn new(start: NaiveTime, end: NaiveTime) -> Result<Self, Invalid> {
        if end > start {
            Ok(Self { start: whole_minutes(start)?, end: whole_minutes(end)? })
        } else {
            Err(Invalid::new("before_start", "must be after start_time"))
        }
    }

    /// When it starts, on the wall clock.
    pub fn start(self) -> NaiveTime {
        self.start
    }

    /// When it ends, on the wall clock.
    pub fn end(self) -> NaiveTime {
        self.end
    }

    /// How long it lasts.
    pub fn length(self) -> TimeDelta {
        self.end - self.start
    }
}

fn whole_minutes(time: NaiveTime) -> Result<NaiveTime, Invalid> {
    if time.second() == 0 && time.nanosecond() == 0 {
        Ok(time)
    } else {
        Err(Invalid::new("not_whole_minutes", "must be in whole minutes"))
    }
}

/// Parses a wall-clock time `HH:MM`, or `HH:MM:SS` with zero seconds.
pub fn parse_time(input: &str) -> Result<NaiveTime, Invalid> {
    let input = input.trim();
    let well_formed = has_shape(input, "00:00") || has_shape(input, "00:00:00");
    NaiveTime::parse_from_str(input, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(input, "%H:%M:%S"))
        .ok()
        .filter(|_| well_formed && !input.ends_with(":60"))
        .ok_or_else(|| Invalid::new("invalid_time", "must be a time HH:MM or HH:MM:SS"))
        .and_then(whole_minutes)
}

/// Reads a civil date `YYYY-MM-DD` between the years 1900 and 2199.
pub fn parse_date(input: &str) -> Result<NaiveDate, Invalid> {
    use chrono::Datelike;
    let input = input.trim();
    NaiveDate::parse_from_str(input, "%Y-%m-%d")
        .ok()
        .filter(|date| has_shape(input, "0000-00-00") && (1900..2200).contains(&date.year()))
        .ok_or_else(|| Invalid::new("invalid_date", "must be a real date YYYY-MM-DD"))
}

/// Whether a text has a digit wherever a shape has a zero, and is the shape otherwise.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, model): (u8, u8)| if model == b'0' { byte.is_ascii_digit() } else { byte == model };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// Reads an English weekday name, whole or its first three letters, in any case.
pub fn parse_weekday(input: &str) -> Result<Weekday, Invalid> {
    input.trim().parse().map_err(|_| Invalid::new("invalid_weekday", "must be an English weekday name"))
}

/// The English name of a weekday.
pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_hours_and_minutes_with_or_without_seconds() {
        assert_eq!(parse_time("14:00"), parse_time("14:00:00"));
        for text in ["", "14", "24:00", "14:60", "2pm", "1:00", "14:00:60", "14:00:00.5", "01: 5", "+1:05"] {
            assert_eq!(parse_time(text).unwrap_err().code, "invalid_time", "{text:?}");
        }
    }

    #[test]
    fn times_and_slots_are_in_whole_minutes() {
        assert_eq!(parse_time("10:00:30").unwrap_err().code, "not_whole_minutes");
        assert_eq!(parse_time("10:00:59").unwrap_err().code, "not_whole_minutes");
        let time = |minute, second, nano| NaiveTime::from_hms_nano_opt(10, minute, second, nano).unwrap();
        assert!(TimeSlot::new(time(0, 0, 0), time(1, 0, 0)).is_ok());
        for (start, end) in [
            (time(0, 0, 0), time(0, 30, 0)),
            (time(0, 30, 0), time(1, 30, 0)),
            (time(0, 0, 1), time(1, 0, 0)),
            (time(0, 0, 0), time(1, 0, 1)),
        ] {
            assert_eq!(TimeSlot::new(start, end).unwrap_err().code, "not_whole_minutes", "{start} {end}");
        }
    }

    #[test]
    fn dates_are_real() {
        assert!(parse_date("2028-02-29").is_ok());
        for text in
            ["2026-02-29", "2026-2-1", "26-02-01", "2026-13-01", "+2026-01-01", "tomorrow", "2026- 1-01", "+202-1-011"]
        {
            assert!(parse_date(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn weekdays_go_by_their_english_names() {
        for text in ["Monday", "monday", "MON", "mon"] {
            assert_eq!(parse_weekday(text), Ok(Weekday::Mon), "{text}");
        }
        for text in ["", "Mo", "Montag", "Mond"] {
            assert!(parse_weekday(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_slot_ends_after_it_starts() {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        assert!(TimeSlot::new(time(10), time(12)).is_ok());
        assert_eq!(TimeSlot::new(time(10), time(10)).unwrap_err().code, "before_start");
        assert_eq!(TimeSlot::new(time(12), time(10)).unwrap_err().code, "before_start");
    }
}
