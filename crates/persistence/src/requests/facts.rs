//! What a decision about a new request is made on.

use astegni_domain::connections::Standing;
use astegni_domain::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{
    CreationFacts, CreationQuery, DuplicateKey, Earlier, RequestStatus, StudentFact, TutorFact,
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

/// Loads the facts, one query each.
pub(super) fn load(conn: &mut AnyConnection, query: &CreationQuery) -> Result<CreationFacts, StoreError> {
    let tutor: Option<(i64, String)> = tutor_profiles::table
        .inner_join(users::table)
        .filter(tutor_profiles::id.eq(query.tutor.get()))
        .filter(tutor_profiles::is_active.eq(true))
        .filter(users::is_active.eq(true))
        .select((users::id, users::time_zone))
        .first(conn)
        .optional()?;
    let tutor = tutor
        .map(|(user, zone)| {
            let time_zone = columns::zone("users.time_zone", &zone)?;
            Ok::<_, StoreError>(TutorFact { id: query.tutor, user_id: UserId::new(user), time_zone })
        })
        .transpose()?;
    let package_row: Option<PackageRow> = match query.package {
        Some(id) => tutor_packages::table.find(id.get()).select(PackageRow::as_select()).first(conn).optional()?,
        None => None,
    };
    let student = student(conn, query.requester, query.student)?;
    let mut standing = Standing::Open;
    let mut student_may = true;
    if let Some(tutor) = &tutor {
        standing = connections::standing(conn, query.requester, tutor.user_id)?;
        if let Some(student) = student.filter(|student| student.user_id != query.requester) {
            student_may = !connections::has_block(conn, student.user_id, tutor.user_id)?;
        }
    }
    Ok(CreationFacts {
        tutor,
        standing,
        student_may,
        package: package_row.map(package).transpose()?,
        student,
        pending: pending(conn, query)?,
        pending_count: pending_count(conn, query.requester, query.now.naive_utc())?,
        rejections: rejections(conn, query.requester, query.tutor, query.rejected_since.naive_utc())?
            .into_iter()
            .map(instant)
            .collect(),
    })
}

fn student(conn: &mut AnyConnection, requester: UserId, student: StudentId) -> Result<Option<StudentFact>, StoreError> {
    let user: Option<i64> =
        student_profiles::table.find(student.get()).select(student_profiles::user_id).first(conn).optional()?;
    let Some(user_id) = user.map(UserId::new) else { return Ok(None) };
    let in_care = is_guardian(conn, requester, student)?;
    Ok(Some(StudentFact { id: student, user_id, in_care }))
}

/// Whether a parent may act for a student now.
pub(super) fn is_guardian(conn: &mut AnyConnection, parent: UserId, student: StudentId) -> Result<bool, StoreError> {
    let active = guardianships::table
        .filter(guardianships::parent_user_id.eq(parent.get()))
        .filter(guardianships::student_id.eq(student.get()))
        .filter(guardianships::status.eq("active"));
    Ok(diesel::select(exists(active)).get_result(conn)?)
}

/// How many requests of somebody wait for an answer.
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

fn pending(conn: &mut AnyConnection, query: &CreationQuery) -> Result<Vec<Earlier>, StoreError> {
    type Row = (i64, i64, i64, Option<i64>, NaiveDateTime);
    let rows: Vec<Row> = requested_sessions::table
        .filter(requested_sessions::requester_id.eq(query.requester.get()))
        .filter(requested_sessions::tutor_id.eq(query.tutor.get()))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .filter(requested_sessions::expires_at.gt(query.now.naive_utc()))
        .select((
            requested_sessions::id,
            requested_sessions::student_id,
            requested_sessions::tutor_id,
            requested_sessions::package_id,
            requested_sessions::created_at,
        ))
        .load(conn)?;
    let earlier = |(id, student, tutor, package, created_at): Row| Earlier {
        id: RequestId::new(id),
        key: DuplicateKey {
            requester: query.requester,
            student: StudentId::new(student),
            tutor: TutorId::new(tutor),
            package: package.map(PackageId::new),
        },
        status: RequestStatus::Pending,
        created_at: instant(created_at),
    };
    Ok(rows.into_iter().map(earlier).collect())
}

/// When a tutor rejected requests of somebody, the oldest first.
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
