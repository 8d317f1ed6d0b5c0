//! The flat form of a schedule, which columns, JSON bodies and chat cards share.

use chrono::{NaiveDate, NaiveTime, Weekday};

use crate::schedule::{Schedule, TimeSlot};
use crate::tutoring::ScheduleType;
use crate::validation::Invalid;

/// A [`Schedule`] with one field per column. Fields that its type does not use are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleFields {
    /// `None` for a request without a schedule.
    pub schedule_type: Option<ScheduleType>,
    /// The days of a weekly pattern.
    pub days: Vec<Weekday>,
    /// The civil dates of sessions that do not recur, in ascending order.
    pub specific_dates: Vec<NaiveDate>,
    /// The start of each session, wall clock.
    pub start_time: Option<NaiveTime>,
    /// The end of each session, wall clock.
    pub end_time: Option<NaiveTime>,
    /// The length of a weekly pattern in weeks, 1 to 26.
    pub weeks: Option<u8>,
    /// The earliest civil date of a weekly pattern.
    pub starts_on: Option<NaiveDate>,
}

impl From<&Schedule> for ScheduleFields {
    fn from(schedule: &Schedule) -> Self {
        match schedule {
            Schedule::Unscheduled => Self::default(),
            Schedule::Weekly { days, slot, weeks, starts_on } => Self {
                schedule_type: Some(ScheduleType::Recurring),
                days: days.clone(),
                start_time: Some(slot.start()),
                end_time: Some(slot.end()),
                weeks: Some(*weeks),
                starts_on: *starts_on,
                ..Self::default()
            },
            Schedule::Dates { dates, slot } => Self {
                schedule_type: Some(ScheduleType::SpecificDates),
                specific_dates: dates.clone(),
                start_time: Some(slot.start()),
                end_time: Some(slot.end()),
                ..Self::default()
            },
        }
    }
}

impl TryFrom<ScheduleFields> for Schedule {
    type Error = Invalid;

    /// Rebuilds the schedule. Fails on a scheduled request without a valid slot, and on a weekly pattern without a
    /// length.
    fn try_from(fields: ScheduleFields) -> Result<Self, Invalid> {
        let required = || Invalid::new("required", "is required");
        let slot =
            || TimeSlot::overnight(fields.start_time.ok_or_else(required)?, fields.end_time.ok_or_else(required)?);
        Ok(match fields.schedule_type {
            None => Self::Unscheduled,
            Some(ScheduleType::Recurring) => Self::Weekly {
                slot: slot()?,
                weeks: fields.weeks.ok_or_else(required)?,
                days: fields.days,
                starts_on: fields.starts_on,
            },
            Some(ScheduleType::SpecificDates) => Self::Dates { slot: slot()?, dates: fields.specific_dates },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> TimeSlot {
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        TimeSlot::new(time(10), time(12)).unwrap()
    }

    fn schedules() -> [Schedule; 3] {
        [
            Schedule::Unscheduled,
            Schedule::Weekly {
                days: vec![Weekday::Mon, Weekday::Fri],
                slot: slot(),
                weeks: 3,
                starts_on: Some("2026-02-03".parse().unwrap()),
            },
            Schedule::Dates { dates: vec!["2026-02-02".parse().unwrap()], slot: slot() },
        ]
    }

    #[test]
    fn every_schedule_survives_the_round_trip() {
        for schedule in schedules() {
            assert_eq!(Schedule::try_from(ScheduleFields::from(&schedule)), Ok(schedule));
        }
    }

    #[test]
    fn fields_that_a_schedule_does_not_use_are_empty() {
        let [unscheduled, weekly, dates] = schedules().map(|schedule| ScheduleFields::from(&schedule));
        assert_eq!(unscheduled, ScheduleFields::default());
        assert_eq!(weekly.schedule_type, Some(ScheduleType::Recurring));
        assert_eq!((weekly.specific_dates, weekly.weeks), (Vec::new(), Some(3)));
        assert_eq!(dates.schedule_type, Some(ScheduleType::SpecificDates));
        assert_eq!((dates.days, dates.weeks, dates.starts_on), (Vec::new(), None, None));
    }

    #[test]
    fn incomplete_fields_are_rejected() {
        let [_, weekly, dates] = schedules().map(|schedule| ScheduleFields::from(&schedule));
        for fields in [
            ScheduleFields { weeks: None, ..weekly.clone() },
            ScheduleFields { start_time: None, ..weekly },
            ScheduleFields { end_time: None, ..dates.clone() },
        ] {
            assert_eq!(Schedule::try_from(fields).unwrap_err().code, "required");
        }
        let empty = ScheduleFields { start_time: dates.end_time, ..dates };
        assert_eq!(Schedule::try_from(empty).unwrap_err().code, "before_start");
    }
}
