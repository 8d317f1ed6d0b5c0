//! Row types of session requests.

use astegni_domain::connections::Kind;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::money::Money;
use astegni_domain::requests::{
    DisplayFields, PackageSnapshot, RequestRecord, RequestTerms, RequesterContact, ScheduleFields, SessionRequest,
};
use astegni_domain::schedule::{Parties, Schedule};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::ScheduleColumns;
use crate::columns::{self, instant};
use crate::error::StoreError;
use crate::schema::{connections, requested_sessions, tutor_profiles};

#[derive(Queryable, Selectable)]
#[diesel(table_name = requested_sessions)]
pub(super) struct RequestRow {
    id: i64,
    tutor_id: i64,
    requester_id: i64,
    requester_type: String,
    student_id: i64,
    package_id: Option<i64>,
    package_name: Option<String>,
    package_price_cents: Option<i64>,
    package_session_count: Option<i32>,
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

/// The columns of a request's tutor.
#[derive(Queryable)]
pub(super) struct TutorColumns {
    user_id: i64,
    name: String,
}

/// The columns of a requester; `blocked` is [`tutor_and_requester_blocked()`].
#[derive(Queryable)]
pub(super) struct RequesterColumns {
    name: String,
    profile_picture: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    blocked: bool,
}

/// The columns of the student whom a request is for.
#[derive(Queryable)]
pub(super) struct StudentColumns {
    user_id: i64,
    name: String,
    grade: Option<String>,
}

pub(super) type RecordColumns = (RequestRow, TutorColumns, RequesterColumns, StudentColumns);

/// Whether the tutor or the requester has blocked the other.
#[diesel::dsl::auto_type]
pub(super) fn tutor_and_requester_blocked() -> _ {
    let block: &'static str = Kind::Block.as_str();
    let by_tutor = connections::user_id_1
        .eq(tutor_profiles::user_id)
        .and(connections::user_id_2.eq(requested_sessions::requester_id));
    let by_requester = connections::user_id_1
        .eq(requested_sessions::requester_id)
        .and(connections::user_id_2.eq(tutor_profiles::user_id));
    diesel::dsl::exists(
        connections::table.filter(connections::connection_type.eq(block)).filter(by_tutor.or(by_requester)),
    )
}

/// Builds a request, as it reads at `now`, from its row and the users behind its profiles.
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
    let package = match (row.package_id, row.package_name, row.package_price_cents) {
        (Some(id), Some(name), Some(price)) => {
            let session_count = columns::session_count(row.package_session_count);
            Some(PackageSnapshot {
                id: PackageId::new(id),
                name,
                price: Money::from_cents(price),
                currency,
                session_count,
            })
        }
        _ => None,
    };
    let request = SessionRequest {
        id: RequestId::new(row.id),
        tutor_id: TutorId::new(row.tutor_id),
        requester_id: UserId::new(row.requester_id),
        requester_type: columns::parse_column("requested_sessions.requester_type", &row.requester_type)?,
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
        status: columns::parse_column("requested_sessions.status", &row.status)?,
        created_at: instant(row.created_at),
        expires_at: instant(row.expires_at),
        updated_at: instant(row.updated_at),
        responded_at: row.responded_at.map(instant),
        rejected_reason: row.rejected_reason,
    };
    Ok(request.as_of(now))
}

pub(super) fn record(
    (row, tutor, requester, student): RecordColumns,
    now: DateTime<Utc>,
) -> Result<RequestRecord, StoreError> {
    let request = request(row, tutor.user_id, student.user_id, now)?;
    Ok(RequestRecord {
        contact: RequesterContact {
            requester: request.requester_id,
            phone: requester.phone,
            email: requester.email,
            blocked: requester.blocked,
        },
        display: DisplayFields {
            tutor_name: tutor.name,
            requester_name: requester.name,
            requester_profile_picture: requester.profile_picture,
            student_name: student.name,
            student_grade: student.grade,
        },
        request,
    })
}
