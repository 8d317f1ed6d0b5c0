//! Expiry of pending requests that can no longer be answered because a relation between the parties has ended.
//!
//! The sender cannot tell such an expiry from one by the clock, so that a request never reveals a block.

use astegni_domain::ids::{StudentId, UserId};
use astegni_domain::requests::RequestStatus;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{requested_sessions, student_profiles, tutor_profiles};

/// Expires the pending requests between two users in both directions: those that either sent to the other, and
/// those sent to either for the other. The caller holds the lock on both users' relations.
pub(crate) fn expire_between(
    conn: &mut AnyConnection,
    one: UserId,
    other: UserId,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    for (asker, tutor) in [(one, other), (other, one)] {
        let tutors = tutor_profiles::table.filter(tutor_profiles::user_id.eq(tutor.get())).select(tutor_profiles::id);
        let students =
            student_profiles::table.filter(student_profiles::user_id.eq(asker.get())).select(student_profiles::id);
        let between =
            requested_sessions::requester_id.eq(asker.get()).or(requested_sessions::student_id.eq_any(students));
        diesel::update(requested_sessions::table)
            .filter(requested_sessions::tutor_id.eq_any(tutors))
            .filter(between)
            .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
            .set((
                requested_sessions::status.eq(RequestStatus::Expired.as_str()),
                requested_sessions::updated_at.eq(at),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Expires the pending requests that a parent sent for a student. The caller holds the lock on the guardianship.
pub(crate) fn expire_under_guardianship(
    conn: &mut AnyConnection,
    parent: UserId,
    student: StudentId,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(requested_sessions::table)
        .filter(requested_sessions::requester_id.eq(parent.get()))
        .filter(requested_sessions::student_id.eq(student.get()))
        .filter(requested_sessions::requester_type.eq("parent"))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .set((requested_sessions::status.eq(RequestStatus::Expired.as_str()), requested_sessions::updated_at.eq(at)))
        .execute(conn)?;
    Ok(())
}
