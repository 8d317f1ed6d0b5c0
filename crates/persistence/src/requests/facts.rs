//! Facts about requests that rules need.

use astegni_domain::connections::Standing;
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{
    CreationFacts, CreationQuery, DuplicateKey, PendingRequest, RequestStatus, StudentFact, TutorFact,
};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::connections;
use crate::error::StoreError;
use crate::schema::{guardianships, requested_sessions, student_profiles, tutor_packages, tutor_profiles, users};
use crate::tutoring::{PackageRow, package};

/// Loads the facts about a new request.
pub(super) fn load(conn: &mut AnyConnection, query: &CreationQuery) -> Result<CreationFacts, StoreError> {
    let tutor = tutor(conn, query.tutor)?;
    let student = student(conn, query.requester, query.student)?;
    let mut standing = Standing::Open;
    let mut student_blocked = false;
    if let Some(tutor) = &tutor {
        standing = connections::standing(conn, query.requester, tutor.user_id)?;
        if let Some(student) = student.filter(|student| student.user_id != query.requester) {
            student_blocked = connections::has_block(conn, student.user_id, tutor.user_id)?;
        }
    }
    let package_row: Option<PackageRow> = match query.package {
        Some(id) => tutor_packages::table.find(id.get()).select(PackageRow::as_select()).first(conn).optional()?,
        None => None,
    };
    let rejections = rejections(conn, query.requester, query.tutor, query.rejected_since.naive_utc())?;
    Ok(CreationFacts {
        tutor,
        standing,
        student_blocked,
        package: package_row.map(package).transpose()?,
        student,
        pending: pending(conn, query)?,
        pending_count: pending_count(conn, query.requester, query.now.naive_utc())?,
        rejections: rejections.into_iter().map(instant).collect(),
    })
}

fn tutor(conn: &mut AnyConnection, id: TutorId) -> Result<Option<TutorFact>, StoreError> {
    let row: Option<(i64, String)> = tutor_profiles::table
        .inner_join(users::table)
        .filter(tutor_profiles::id.eq(id.get()))
        .filter(tutor_profiles::is_active.eq(true))
        .filter(users::is_active.eq(true))
        .select((users::id, users::time_zone))
        .first(conn)
        .optional()?;
    let tutor = |(user, zone): (i64, String)| {
        Ok(TutorFact { id, user_id: UserId::new(user), time_zone: columns::zone("users.time_zone", &zone)? })
    };
    row.map(tutor).transpose()
}

fn student(conn: &mut AnyConnection, requester: UserId, id: StudentId) -> Result<Option<StudentFact>, StoreError> {
    let user: Option<i64> =
        student_profiles::table.find(id.get()).select(student_profiles::user_id).first(conn).optional()?;
    let Some(user_id) = user.map(UserId::new) else { return Ok(None) };
    Ok(Some(StudentFact { id, user_id, is_ward: is_guardian(conn, requester, id)? }))
}

/// Returns whether a user is an active guardian of a student.
pub(super) fn is_guardian(conn: &mut AnyConnection, user: UserId, student: StudentId) -> Result<bool, StoreError> {
    let active = guardianships::table
        .filter(guardianships::parent_user_id.eq(user.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()));
    Ok(diesel::select(exists(active)).get_result(conn)?)
}

/// Counts the pending requests of a requester to all tutors.
pub(super) fn pending_count(
    conn: &mut AnyConnection,
    requester: UserId,
    now: NaiveDateTime,
) -> Result<i64, StoreError> {
    Ok(requested_sessions::table
        .filter(requested_sessions::requester_id.eq(requester.get()))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .filter(requested_sessions::expires_at.gt(now))
        .count()
        .get_result(conn)?)
}

/// Loads the requester's pending requests to the tutor.
fn pending(conn: &mut AnyConnection, query: &CreationQuery) -> Result<Vec<PendingRequest>, StoreError> {
    type Row = (i64, i64, Option<i64>, NaiveDateTime);
    let rows: Vec<Row> = requested_sessions::table
        .filter(requested_sessions::requester_id.eq(query.requester.get()))
        .filter(requested_sessions::tutor_id.eq(query.tutor.get()))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .filter(requested_sessions::expires_at.gt(query.now.naive_utc()))
        .select((
            requested_sessions::id,
            requested_sessions::student_id,
            requested_sessions::package_id,
            requested_sessions::created_at,
        ))
        .load(conn)?;
    let pending = |(id, student, package, created_at): Row| PendingRequest {
        id: RequestId::new(id),
        key: DuplicateKey {
            requester: query.requester,
            student: StudentId::new(student),
            tutor: query.tutor,
            package: package.map(PackageId::new),
        },
        created_at: instant(created_at),
    };
    Ok(rows.into_iter().map(pending).collect())
}

/// Loads the instants at which a tutor rejected requests of a requester, oldest first.
pub(super) fn rejections(
    conn: &mut AnyConnection,
    requester: UserId,
    tutor: TutorId,
    since: NaiveDateTime,
) -> Result<Vec<NaiveDateTime>, StoreError> {
    Ok(requested_sessions::table
        .filter(requested_sessions::requester_id.eq(requester.get()))
        .filter(requested_sessions::tutor_id.eq(tutor.get()))
        .filter(requested_sessions::status.eq(RequestStatus::Rejected.as_str()))
        .filter(requested_sessions::rejected_at.gt(since))
        .order(requested_sessions::rejected_at)
        .select(requested_sessions::rejected_at.assume_not_null())
        .load(conn)?)
}
