//! The columns of a request's schedule.

use astegni_domain::requests::ScheduleFields;
use astegni_domain::tutoring::ScheduleType;
use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use crate::columns;
use crate::error::StoreError;
use crate::schema::requested_sessions;
use crate::statement::Parameter;

/// The schedule's part of a row, to be embedded in every row type that reads or writes it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = requested_sessions)]
pub(crate) struct ScheduleColumns {
    schedule_type: Option<String>,
    days: String,
    specific_dates: String,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    weeks: Option<i32>,
    starts_on: Option<NaiveDate>,
}

impl ScheduleColumns {
    /// Returns each column with its value, to be inserted.
    pub(super) fn values(&self) -> [(&'static str, Parameter<'_>); 7] {
        [
            ("schedule_type", self.schedule_type.as_deref().into()),
            ("days", self.days.as_str().into()),
            ("specific_dates", self.specific_dates.as_str().into()),
            ("start_time", self.start_time.into()),
            ("end_time", self.end_time.into()),
            ("weeks", self.weeks.into()),
            ("starts_on", self.starts_on.into()),
        ]
    }
}

impl From<ScheduleFields> for ScheduleColumns {
    fn from(fields: ScheduleFields) -> Self {
        Self {
            schedule_type: fields.schedule_type.map(|schedule_type| ScheduleType::as_str(schedule_type).to_owned()),
            days: columns::json_weekdays(&fields.days),
            specific_dates: columns::json_dates(&fields.specific_dates),
            start_time: fields.start_time,
            end_time: fields.end_time,
            weeks: fields.weeks.map(i32::from),
            starts_on: fields.starts_on,
        }
    }
}

impl TryFrom<ScheduleColumns> for ScheduleFields {
    type Error = StoreError;

    fn try_from(row: ScheduleColumns) -> Result<Self, StoreError> {
        let weeks = |weeks: i32| {
            u8::try_from(weeks)
                .map_err(|_| StoreError::Corrupt { column: "requested_sessions.weeks", value: weeks.to_string() })
        };
        Ok(Self {
            schedule_type: columns::parse_optional_column(
                "requested_sessions.schedule_type",
                row.schedule_type.as_deref(),
            )?,
            days: columns::weekdays("requested_sessions.days", &row.days)?,
            specific_dates: columns::dates("requested_sessions.specific_dates", &row.specific_dates)?,
            start_time: row.start_time,
            end_time: row.end_time,
            weeks: row.weeks.map(weeks).transpose()?,
            starts_on: row.starts_on,
        })
    }
}
