//! Expiry of pending requests that can no longer be answered because a relation between the parties has ended.
//!
//! Such a request reads like one whose deadline was the instant of the expiry, so that it never reveals a block.

use astegni_domain::ids::{StudentId, UserId};
use astegni_domain::requests::{RequestStatus, RequesterType};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schema::{requested_sessions, student_profiles, tutor_profiles};

/// Requests that are pending at an instant.
#[diesel::dsl::auto_type]
fn pending(at: NaiveDateTime) -> _ {
    let status: &'static str = RequestStatus::Pending.as_str();
    requested_sessions::table
        .filter(requested_sessions::status.eq(status))
        .filter(requested_sessions::expires_at.gt(at))
        .select(requested_sessions::id)
}

/// Returns the pending requests between two users in both directions: those that either sent to the other, and
/// those sent to either for the other. The caller holds the lock on both users' relations.
pub(crate) fn pending_between(
    conn: &mut AnyConnection,
    one: UserId,
    other: UserId,
    at: NaiveDateTime,
) -> Result<Vec<i64>, StoreError> {
    let mut ids: Vec<i64> = Vec::new();
    for (requester, tutor) in [(one, other), (other, one)] {
        let tutors = tutor_profiles::table.filter(tutor_profiles::user_id.eq(tutor.get())).select(tutor_profiles::id);
        let students =
            student_profiles::table.filter(student_profiles::user_id.eq(requester.get())).select(student_profiles::id);
        let between =
            requested_sessions::requester_id.eq(requester.get()).or(requested_sessions::student_id.eq_any(students));
        let found: Vec<i64> =
            pending(at).filter(requested_sessions::tutor_id.eq_any(tutors)).filter(between).load(conn)?;
        ids.extend(found);
    }
    Ok(ids)
}

/// Returns the pending requests that a parent sent for a student. The caller holds the lock on the guardianship.
pub(crate) fn pending_under_guardianship(
    conn: &mut AnyConnection,
    parent: UserId,
    student: StudentId,
    at: NaiveDateTime,
) -> Result<Vec<i64>, StoreError> {
    Ok(pending(at)
        .filter(requested_sessions::requester_id.eq(parent.get()))
        .filter(requested_sessions::requester_type.eq(RequesterType::Parent.as_str()))
        .filter(requested_sessions::student_id.eq(student.get()))
        .load(conn)?)
}

/// Expires those of some requests that are still pending once they are locked. A transaction calls it once, because
/// the locks are taken in ascending order only within a call.
pub(crate) fn expire(conn: &mut AnyConnection, ids: &[i64], at: NaiveDateTime) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    dialect::lock_requests(conn, ids)?;
    diesel::update(requested_sessions::table)
        .filter(requested_sessions::id.eq_any(ids))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .set((
            requested_sessions::status.eq(RequestStatus::Expired.as_str()),
            requested_sessions::expires_at.eq(at),
            requested_sessions::updated_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}
