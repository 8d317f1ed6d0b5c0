//! The schedule of a request in JSON.

use astegni_domain::requests::ScheduleFields;
use astegni_domain::schedule::weekday_name;
use astegni_domain::tutoring::ScheduleType;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// The schedule of a session request. Fields that its type does not use are null or empty.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ScheduleBody {
    /// `recurring`, `specific_dates`, or null for a request without a schedule.
    schedule_type: Option<&'static str>,
    /// English weekday names of a weekly pattern.
    days: Vec<&'static str>,
    /// Civil dates, `YYYY-MM-DD`, in ascending order.
    specific_dates: Vec<String>,
    /// Start of each session, wall clock `HH:MM:SS`.
    start_time: Option<String>,
    /// End of each session, wall clock `HH:MM:SS`.
    end_time: Option<String>,
    /// Whether each session ends on the day after its start.
    overnight: bool,
    /// Earliest civil date of a weekly pattern, `YYYY-MM-DD`.
    starts_on: Option<String>,
    /// Length of a weekly pattern in weeks, 1 to 26.
    weeks: Option<u8>,
}

impl From<ScheduleFields> for ScheduleBody {
    fn from(fields: ScheduleFields) -> Self {
        Self {
            schedule_type: fields.schedule_type.map(ScheduleType::as_str),
            days: fields.days.into_iter().map(weekday_name).collect(),
            specific_dates: fields.specific_dates.into_iter().map(wire::date).collect(),
            overnight: fields.start_time.zip(fields.end_time).is_some_and(|(start, end)| end < start),
            start_time: fields.start_time.map(wire::time),
            end_time: fields.end_time.map(wire::time),
            starts_on: fields.starts_on.map(wire::date),
            weeks: fields.weeks,
        }
    }
}
