//! Times of day, civil dates and weekdays.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};

use crate::validation::Invalid;

/// A period of less than a day on the wall clock, in whole minutes. An end before the start is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSlot {
    start: NaiveTime,
    end: NaiveTime,
}

impl TimeSlot {
    /// An upper bound of every slot's duration.
    pub const MAX_DURATION: TimeDelta = TimeDelta::hours(24);

    /// Returns the slot within one day, unless it is empty or not in whole minutes. The refusal concerns the end.
    pub fn new(start: NaiveTime, end: NaiveTime) -> Result<Self, Invalid> {
        if end > start {
            Self::overnight(start, end)
        } else {
            Err(Invalid::new("before_start", "must be after start_time, or overnight must be true"))
        }
    }

    /// Returns the slot, which ends on the next day if its end is before its start. It must not be empty.
    pub fn overnight(start: NaiveTime, end: NaiveTime) -> Result<Self, Invalid> {
        if end == start {
            return Err(Invalid::new("before_start", "must differ from start_time"));
        }
        Ok(Self { start: whole_minutes(start)?, end: whole_minutes(end)? })
    }

    /// Returns whether the slot ends on the day after its start.
    pub fn is_overnight(self) -> bool {
        self.end < self.start
    }

    /// Returns the wall-clock time of the start.
    pub fn start(self) -> NaiveTime {
        self.start
    }

    /// Returns the wall-clock time of the end.
    pub fn end(self) -> NaiveTime {
        self.end
    }

    /// Returns the time from the start to the end.
    pub fn duration(self) -> TimeDelta {
        let within_day = self.end - self.start;
        if self.is_overnight() { within_day + TimeDelta::hours(24) } else { within_day }
    }
}

fn whole_minutes(time: NaiveTime) -> Result<NaiveTime, Invalid> {
    if time.second() == 0 && time.nanosecond() == 0 {
        Ok(time)
    } else {
        Err(Invalid::new("not_whole_minutes", "must be in whole minutes"))
    }
}

/// Parses a wall-clock time `HH:MM`, or `HH:MM:SS` on a whole minute.
pub fn parse_time(input: &str) -> Result<NaiveTime, Invalid> {
    let input = input.trim();
    let invalid = || Invalid::new("invalid_time", "must be a time HH:MM or HH:MM:SS");
    let time = if has_shape(input, "00:00") {
        NaiveTime::parse_from_str(input, "%H:%M")
    } else if has_shape(input, "00:00:00") && !input.ends_with(":60") {
        NaiveTime::parse_from_str(input, "%H:%M:%S")
    } else {
        return Err(invalid());
    };
    time.map_err(|_| invalid()).and_then(whole_minutes)
}

/// Parses a civil date `YYYY-MM-DD` between the years 1900 and 2199.
pub fn parse_date(input: &str) -> Result<NaiveDate, Invalid> {
    let input = input.trim();
    if !has_shape(input, "0000-00-00") {
        return Err(Invalid::new("invalid_date", "must be a date YYYY-MM-DD"));
    }
    let date = NaiveDate::parse_from_str(input, "%Y-%m-%d")
        .map_err(|_| Invalid::new("invalid_date", "must be a date that exists"))?;
    if (1900..2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err(Invalid::new("out_of_range", "must be between 1900-01-01 and 2199-12-31"))
    }
}

/// Returns whether a text has a digit wherever `shape` has a zero, and equals `shape` elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, model): (u8, u8)| if model == b'0' { byte.is_ascii_digit() } else { byte == model };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// Parses an English weekday name, in full or abbreviated to three letters, in any case.
pub fn parse_weekday(input: &str) -> Result<Weekday, Invalid> {
    input.trim().parse().map_err(|_| Invalid::new("invalid_weekday", "must be an English weekday name"))
}

/// Returns the English name of a weekday.
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
    use proptest::prelude::*;

    use super::*;

    fn at(hour: u32, minute: u32, second: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, second).unwrap()
    }

    #[test]
    fn times_are_hours_and_minutes_with_or_without_seconds() {
        assert_eq!(parse_time("14:05"), Ok(at(14, 5, 0)));
        assert_eq!(parse_time(" 14:05:00 "), Ok(at(14, 5, 0)));
        assert_eq!(parse_time("00:00"), Ok(at(0, 0, 0)));
        assert_eq!(parse_time("23:59"), Ok(at(23, 59, 0)));
        for text in [
            "",
            "14",
            "24:00",
            "14:60",
            "2pm",
            "1:00",
            "14:00:60",
            "14:00:00.5",
            "01: 5",
            "+1:05",
            "14-00",
            "14:00:99",
            "1:00:00",
            "01:5:00",
        ] {
            assert_eq!(parse_time(text).unwrap_err().code, "invalid_time", "{text:?}");
        }
    }

    #[test]
    fn times_within_a_minute_are_rejected() {
        assert_eq!(parse_time("10:00:30").unwrap_err().code, "not_whole_minutes");
        assert_eq!(parse_time("10:00:59").unwrap_err().code, "not_whole_minutes");
    }

    #[test]
    fn dates_exist_and_are_within_three_centuries() {
        for (text, date) in
            [(" 2028-02-29 ", (2028, 2, 29)), ("1900-01-01", (1900, 1, 1)), ("2199-12-31", (2199, 12, 31))]
        {
            assert_eq!(parse_date(text).ok(), NaiveDate::from_ymd_opt(date.0, date.1, date.2), "{text:?}");
        }
        let reason = |text| parse_date(text).unwrap_err();
        for text in ["2026-2-1", "26-02-01", "+2026-01-01", "tomorrow", "2026- 1-01", "+202-1-011", "2026-02-01T", ""] {
            assert_eq!(reason(text), Invalid::new("invalid_date", "must be a date YYYY-MM-DD"), "{text:?}");
        }
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31"] {
            assert_eq!(reason(text), Invalid::new("invalid_date", "must be a date that exists"), "{text:?}");
        }
        for text in ["1899-12-31", "2200-01-01", "0000-01-01", "9999-12-31"] {
            assert_eq!(
                reason(text),
                Invalid::new("out_of_range", "must be between 1900-01-01 and 2199-12-31"),
                "{text:?}"
            );
        }
    }

    #[test]
    fn weekdays_are_parsed_from_english_names() {
        for text in ["Monday", "monday", "MON", " mon "] {
            assert_eq!(parse_weekday(text), Ok(Weekday::Mon), "{text}");
        }
        for text in ["", "Mo", "Montag", "Mond"] {
            assert_eq!(parse_weekday(text).unwrap_err().code, "invalid_weekday", "{text}");
        }
    }

    #[test]
    fn weekday_names_are_complete_and_parse_to_their_day() {
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let mut day = Weekday::Mon;
        for name in names {
            assert_eq!((weekday_name(day), parse_weekday(name)), (name, Ok(day)));
            day = day.succ();
        }
    }

    #[test]
    fn a_slot_ends_after_it_starts() {
        let slot = TimeSlot::new(at(10, 0, 0), at(12, 30, 0)).unwrap();
        assert_eq!((slot.start(), slot.end()), (at(10, 0, 0), at(12, 30, 0)));
        assert_eq!(slot.duration(), TimeDelta::minutes(150));
        assert_eq!(TimeSlot::new(at(10, 0, 0), at(10, 1, 0)).unwrap().duration(), TimeDelta::minutes(1));
        for end in [at(10, 0, 0), at(9, 59, 0)] {
            assert_eq!(TimeSlot::new(at(10, 0, 0), end).unwrap_err().code, "before_start");
        }
    }

    #[test]
    fn an_overnight_slot_ends_on_the_next_day() {
        let slot = TimeSlot::overnight(at(22, 0, 0), at(0, 30, 0)).unwrap();
        assert_eq!((slot.is_overnight(), slot.duration()), (true, TimeDelta::minutes(150)));
        let midnight = TimeSlot::overnight(at(22, 0, 0), at(0, 0, 0)).unwrap();
        assert_eq!((midnight.is_overnight(), midnight.duration()), (true, TimeDelta::minutes(120)));
        let within_day = TimeSlot::overnight(at(10, 0, 0), at(11, 0, 0)).unwrap();
        assert_eq!(
            (within_day, within_day.is_overnight()),
            (TimeSlot::new(at(10, 0, 0), at(11, 0, 0)).unwrap(), false)
        );
        assert_eq!(TimeSlot::overnight(at(10, 0, 0), at(10, 0, 0)).unwrap_err().code, "before_start");
    }

    #[test]
    fn a_slot_consists_of_whole_minutes() {
        let fraction = NaiveTime::from_hms_nano_opt(11, 0, 0, 1).unwrap();
        for (start, end) in [(at(10, 0, 0), at(10, 0, 30)), (at(10, 0, 30), at(10, 1, 30)), (at(10, 0, 0), fraction)] {
            assert_eq!(TimeSlot::new(start, end).unwrap_err().code, "not_whole_minutes");
        }
    }

    proptest! {
        #[test]
        fn every_slot_is_shorter_than_the_longest_duration(start in 0_u32..1440, end in 0_u32..1440) {
            let slot = TimeSlot::new(at(start / 60, start % 60, 0), at(end / 60, end % 60, 0));
            prop_assert_eq!(slot.is_ok(), start < end);
            let overnight = TimeSlot::overnight(at(start / 60, start % 60, 0), at(end / 60, end % 60, 0));
            prop_assert_eq!(overnight.is_ok(), start != end);
            if let Ok(slot) = overnight {
                let minutes = (i64::from(end) - i64::from(start)).rem_euclid(1440);
                prop_assert_eq!(slot.duration().num_minutes(), minutes);
                prop_assert!(slot.duration() > TimeDelta::zero() && slot.duration() < TimeSlot::MAX_DURATION);
            }
        }
    }
}
