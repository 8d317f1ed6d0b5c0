//! Rows of requests.

use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::requests::{PackageSnapshot, RequestStatus, RequestTerms, RequestView, SessionRequest};
use astegni_domain::schedule::{Parties, Schedule, TimeSlot};
use astegni_domain::tutoring::ScheduleType;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::error::StoreError;
use crate::schema::requested_sessions;

#[derive(Queryable, Selectable)]
#[diesel(table_name = requested_sessions)]
pub(super) struct RequestRow {
    pub(super) id: i64,
    tutor_id: i64,
    requester_id: i64,
    requester_type: String,
    requested_to_id: i64,
    package_id: Option<i64>,
    package_name: Option<String>,
    package_price_cents: Option<i64>,
    currency: String,
    status: String,
    message: Option<String>,
    preferred_schedule: Option<String>,
    schedule_type: Option<String>,
    year_range: String,
    months: String,
    days: String,
    specific_dates: String,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    time_zone: String,
    starts_on: Option<NaiveDate>,
    weeks: i32,
    counter_offer_price_cents: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    responded_at: Option<NaiveDateTime>,
    rejected_reason: Option<String>,
}

/// What joins add to a request: the tutor's user and name, the requester's name, picture, phone and
/// address, the student's user, name and grade.
pub(super) type JoinedColumns =
    ((i64, String), (String, Option<String>, Option<String>, Option<String>), (i64, String, Option<String>));

fn schedule(row: &RequestRow) -> Result<Schedule, StoreError> {
    let schedule_type: Option<ScheduleType> =
        columns::optional_word("requested_sessions.schedule_type", row.schedule_type.as_deref())?;
    let Some(schedule_type) = schedule_type else { return Ok(Schedule::Unscheduled) };
    let slot = row.start_time.zip(row.end_time).and_then(|(start, end)| TimeSlot::new(start, end).ok());
    let slot = slot.ok_or_else(|| StoreError::Corrupt {
        column: "requested_sessions.start_time, end_time",
        value: format!("{:?}, {:?}", row.start_time, row.end_time),
    })?;
    Ok(match schedule_type {
        ScheduleType::Recurring => Schedule::Weekly {
            days: columns::weekdays("requested_sessions.days", &row.days)?,
            slot,
            weeks: u8::try_from(row.weeks).map_err(|_| StoreError::Corrupt {
                column: "requested_sessions.weeks",
                value: row.weeks.to_string(),
            })?,
            starts_on: row.starts_on,
        },
        ScheduleType::SpecificDates => {
            Schedule::Dates { dates: columns::dates("requested_sessions.specific_dates", &row.specific_dates)?, slot }
        }
    })
}

/// A request from its row and the users behind its profiles; its status is as of `now`.
pub(super) fn request(
    row: RequestRow,
    tutor_user: i64,
    student_user: i64,
    now: DateTime<Utc>,
) -> Result<SessionRequest, StoreError> {
    let schedule = schedule(&row)?;
    let currency = columns::currency("requested_sessions.currency", &row.currency)?;
    let status: RequestStatus = columns::word("requested_sessions.status", &row.status)?;
    let expires_at = instant(row.expires_at);
    let package = match (row.package_id, row.package_name, row.package_price_cents) {
        (Some(id), Some(name), Some(price)) => {
            Some(PackageSnapshot { id: PackageId::new(id), name, price: Money::from_cents(price), currency })
        }
        _ => None,
    };
    Ok(SessionRequest {
        id: RequestId::new(row.id),
        tutor_id: TutorId::new(row.tutor_id),
        requester_id: UserId::new(row.requester_id),
        requester_type: columns::word("requested_sessions.requester_type", &row.requester_type)?,
        student_id: StudentId::new(row.requested_to_id),
        parties: Parties { tutor: UserId::new(tutor_user), student: UserId::new(student_user) },
        package,
        terms: RequestTerms {
            message: row.message,
            schedule,
            time_zone: columns::zone("requested_sessions.time_zone", &row.time_zone)?,
            preferred_schedule: row.preferred_schedule,
            year_range: columns::integers("requested_sessions.year_range", &row.year_range)?,
            months: columns::strings("requested_sessions.months", &row.months)?,
            counter_offer_price: columns::money(row.counter_offer_price_cents),
        },
        status: status.at(expires_at, now),
        created_at: instant(row.created_at),
        expires_at,
        updated_at: instant(row.updated_at),
        responded_at: row.responded_at.map(instant),
        rejected_reason: row.rejected_reason,
    })
}

/// A request with its names. Who has not accepted it does not learn how to reach the requester.
pub(super) fn view(
    (row, (tutor, requester, student)): (RequestRow, JoinedColumns),
    now: DateTime<Utc>,
) -> Result<RequestView, StoreError> {
    let (tutor_user, tutor_name) = tutor;
    let (requester_name, requester_profile_picture, phone, email) = requester;
    let (student_user, student_name, student_grade) = student;
    let request = request(row, tutor_user, student_user, now)?;
    let accepted = request.status == RequestStatus::Accepted;
    Ok(RequestView {
        request,
        tutor_name,
        requester_name,
        requester_profile_picture,
        student_name,
        student_grade,
        contact_phone: phone.filter(|_| accepted),
        contact_email: email.filter(|_| accepted),
    })
}
