//! An availability in JSON.

use astegni_domain::schedule::{Availability, DayWindow, weekday_name};
use chrono::Weekday;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A window of every week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeeklyWindowBody {
    /// English weekday name.
    day: &'static str,
    #[serde(flatten)]
    window: WindowBody,
}

/// A part of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowBody {
    /// Wall-clock time `HH:MM:SS`.
    start_time: String,
    /// Wall-clock time `HH:MM:SS`, exclusive; `24:00:00` is the end of the day.
    end_time: String,
}

impl From<DayWindow> for WindowBody {
    fn from(window: DayWindow) -> Self {
        let time = |minutes: u16| format!("{:02}:{:02}:00", minutes / 60, minutes % 60);
        Self { start_time: time(window.start()), end_time: time(window.end()) }
    }
}

/// A date with hours of its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverrideBody {
    /// Civil date `YYYY-MM-DD` in `time_zone`.
    date: String,
    /// Windows, ascending, that replace those of the weekday; without any, the date is closed.
    windows: Vec<WindowBody>,
}

/// The hours at which a tutor offers sessions, and the limits on them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvailabilityBody {
    /// IANA name of the zone of the times, days and weeks.
    time_zone: &'static str,
    /// Windows of every week, Monday first and ascending. Without any, all times are offered.
    weekly: Vec<WeeklyWindowBody>,
    /// Dates with hours of their own, ascending.
    overrides: Vec<OverrideBody>,
    /// Time that stays free before and after each session, in minutes.
    buffer_minutes: u16,
    /// Time between now and the earliest start that is offered, in hours.
    minimum_notice_hours: u16,
    /// Time before the start within which a cancellation by the student's side is late, in hours. Null stands for
    /// `minimum_notice_hours`.
    cancellation_notice_hours: Option<u16>,
    /// Largest number of sessions on one day; null if it is not limited.
    max_per_day: Option<u16>,
    /// Largest number of sessions in one week, Monday to Sunday; null if it is not limited.
    max_per_week: Option<u16>,
}

impl From<&Availability> for AvailabilityBody {
    fn from(availability: &Availability) -> Self {
        let weekly = availability.weekly.iter().flat_map(|(day, windows)| {
            let day = weekday_name(Weekday::try_from(*day).unwrap_or(Weekday::Mon));
            windows.iter().map(move |window| WeeklyWindowBody { day, window: (*window).into() })
        });
        let overrides = availability.overrides.iter().map(|(date, windows)| OverrideBody {
            date: wire::date(*date),
            windows: windows.iter().copied().map(WindowBody::from).collect(),
        });
        Self {
            time_zone: availability.time_zone.name(),
            weekly: weekly.collect(),
            overrides: overrides.collect(),
            buffer_minutes: availability.buffer_minutes,
            minimum_notice_hours: availability.minimum_notice_hours,
            cancellation_notice_hours: availability.cancellation_notice_hours,
            max_per_day: availability.max_per_day,
            max_per_week: availability.max_per_week,
        }
    }
}
