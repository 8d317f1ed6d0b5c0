//! The fields of an availability in a request body.

use astegni_domain::change::Change;
use astegni_domain::schedule::{
    AvailabilityChanges, DayWindow, MAX_OVERRIDES, MAX_WINDOWS, parse_date, parse_weekday, parse_zone,
};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, NaiveDate, Utc, Weekday};
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::within;
use crate::extract::{Nullable, Parse};

/// A window of every week.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WeeklyWindowFields {
    /// English weekday name, in full or abbreviated to three letters.
    #[schema(required = true, nullable = false, example = "Monday")]
    day: Option<String>,
    #[serde(flatten)]
    window: WindowFields,
}

/// A part of a day.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WindowFields {
    /// Wall-clock time `HH:MM`.
    #[schema(required = true, nullable = false, example = "09:00")]
    start_time: Option<String>,
    /// Wall-clock time `HH:MM` after `start_time`; `24:00` is the end of the day.
    #[schema(required = true, nullable = false, example = "17:00")]
    end_time: Option<String>,
}

impl WindowFields {
    fn parse(&self, path: &str, violations: &mut Violations) -> Option<DayWindow> {
        let end_field = format!("{path}.end_time");
        let start =
            violations.require(&format!("{path}.start_time"), self.start_time.as_deref(), DayWindow::parse_minute);
        let end = violations.require(&end_field, self.end_time.as_deref(), DayWindow::parse_minute);
        violations.check(end_field, DayWindow::new(start?, end?))
    }
}

/// A date with hours of its own.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OverrideFields {
    /// Civil date `YYYY-MM-DD` in `time_zone`.
    #[schema(required = true, nullable = false, example = "2026-02-02")]
    date: Option<String>,
    /// Windows that replace those of the weekday; without any, the date is closed.
    #[schema(max_items = 50)]
    windows: Option<Vec<WindowFields>>,
}

/// Changes of an availability. Missing fields keep their value. Null clears a field: `weekly`, `overrides` and the limits, of
/// which none are left, and the buffer and the notices, which take their defaults. Only `time_zone` cannot be null.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AvailabilityFields {
    /// IANA name of the zone of the times.
    #[serde(default)]
    #[schema(value_type = String, example = "Africa/Addis_Ababa")]
    time_zone: Nullable<String>,
    /// Windows of every week, disjoint on each day. Without any, all times are offered.
    #[serde(default)]
    #[schema(value_type = Option<Vec<WeeklyWindowFields>>, max_items = 50)]
    weekly: Nullable<Vec<WeeklyWindowFields>>,
    /// Dates with hours of their own. Dates before yesterday are dropped.
    #[serde(default)]
    #[schema(value_type = Option<Vec<OverrideFields>>, max_items = 400)]
    overrides: Nullable<Vec<OverrideFields>>,
    /// Time that stays free before and after each session, in minutes; 0 by default.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 240)]
    buffer_minutes: Nullable<i64>,
    /// Time between now and the earliest start that is offered, in hours; 0 by default.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 720)]
    minimum_notice_hours: Nullable<i64>,
    /// Time before the start within which a cancellation by the student's side is late, in hours; by default
    /// `minimum_notice_hours`.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 720)]
    cancellation_notice_hours: Nullable<i64>,
    /// Largest number of sessions on one day; not limited by default.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 48)]
    max_per_day: Nullable<i64>,
    /// Largest number of sessions in one week, Monday to Sunday; not limited by default.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 300)]
    max_per_week: Nullable<i64>,
}

impl Parse for AvailabilityFields {
    type Command = AvailabilityChanges;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<AvailabilityChanges> {
        let weekly = self.weekly.parse("weekly", violations, |list| at_most(MAX_WINDOWS, list));
        let overrides = self.overrides.parse("overrides", violations, |list| at_most(MAX_OVERRIDES, list));
        let notice = |hours| within(0..=720, hours);
        Some(AvailabilityChanges {
            time_zone: self.time_zone.parse_present("time_zone", violations, |input| parse_zone(&input)),
            weekly: map(weekly, |windows| parse_weekly(&windows, violations)),
            overrides: map(overrides, |dates| parse_overrides(dates, violations)),
            buffer_minutes: self.buffer_minutes.parse("buffer_minutes", violations, |input| within(0..=240, input)),
            minimum_notice_hours: self.minimum_notice_hours.parse("minimum_notice_hours", violations, notice),
            cancellation_notice_hours: self.cancellation_notice_hours.parse(
                "cancellation_notice_hours",
                violations,
                notice,
            ),
            max_per_day: self.max_per_day.parse("max_per_day", violations, |input| within(1..=48, input)),
            max_per_week: self.max_per_week.parse("max_per_week", violations, |input| within(1..=300, input)),
        })
    }
}

fn map<T, U>(change: Change<T>, parse: impl FnOnce(T) -> U) -> Change<U> {
    match change {
        Change::Keep => Change::Keep,
        Change::Clear => Change::Clear,
        Change::Set(value) => Change::Set(parse(value)),
    }
}

fn at_most<T>(max: usize, list: Vec<T>) -> Result<Vec<T>, Invalid> {
    if list.len() <= max { Ok(list) } else { Err(Invalid::new("too_many", format!("must have at most {max} entries"))) }
}

fn parse_weekly(windows: &[WeeklyWindowFields], violations: &mut Violations) -> Vec<(Weekday, DayWindow)> {
    let entries = windows.iter().enumerate().filter_map(|(place, entry)| {
        let path = format!("weekly.{place}");
        let day = violations.require(&format!("{path}.day"), entry.day.as_deref(), parse_weekday);
        let window = entry.window.parse(&path, violations);
        Some((day?, window?))
    });
    entries.collect()
}

fn parse_overrides(dates: Vec<OverrideFields>, violations: &mut Violations) -> Vec<(NaiveDate, Vec<DayWindow>)> {
    let entries = dates.into_iter().enumerate().filter_map(|(place, entry)| {
        let path = format!("overrides.{place}");
        let date = violations.require(&format!("{path}.date"), entry.date.as_deref(), parse_date);
        let field = format!("{path}.windows");
        let windows = violations.check_some(&field, entry.windows, |list| at_most(MAX_WINDOWS, list));
        let windows = windows.unwrap_or_default();
        let windows = windows.iter().enumerate();
        let windows = windows.filter_map(|(number, window)| window.parse(&format!("{field}.{number}"), violations));
        let windows = windows.collect();
        Some((date?, windows))
    });
    entries.collect()
}
