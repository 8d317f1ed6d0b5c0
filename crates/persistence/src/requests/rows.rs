//! Rows of requests.

use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::requests::{
    PackageSnapshot, RequestStatus, RequestTerms, RequestView, ScheduleFields, SessionRequest,
};
use astegni_domain::schedule::{Parties, Schedule};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::ScheduleColumns;
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
    student_id: i64,
    package_id: Option<i64>,
    package_name: Option<String>,
    package_price_cents: Option<i64>,
    currency: String,
    status: String,
    message: Option<String>,
    preferred_schedule: Option<String>,
    #[diesel(embed)]
    schedule: ScheduleColumns,
    year_range: String,
    months: String,
    time_zone: String,
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

/// A request from its row and the users behind its profiles; its status is as of `now`.
pub(super) fn request(
    row: RequestRow,
    tutor_user: i64,
    student_user: i64,
    now: DateTime<Utc>,
) -> Result<SessionRequest, StoreError> {
    let fields = ScheduleFields::try_from(row.schedule)?;
    let schedule = Schedule::try_from(fields).map_err(|invalid| StoreError::Corrupt {
        column: "requested_sessions.start_time, end_time, weeks",
        value: invalid.message.into_owned(),
    })?;
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
        student_id: StudentId::new(row.student_id),
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
