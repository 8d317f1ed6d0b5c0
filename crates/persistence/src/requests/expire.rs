//! Expiry of pending requests: of those past their deadlines, and of those that can no longer be answered because a relation
//! between the parties has ended.
//!
//! The end of a relation brings the deadline forward. Such a request then reads like any other one past its deadline, so that
//! it never reveals a block. Across a block, no expiry is announced.

use astegni_domain::events::Event;
use astegni_domain::ids::{RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{ExpiringRequest, Involved, RequestStatus, RequesterType};
use astegni_domain::schedule::Parties;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect;
use crate::error::StoreError;
use crate::events;
use crate::schema::{requested_sessions, student_profiles, tutor_profiles};
use crate::statement::{self, Statement};

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

/// Brings the deadlines of those of some requests forward that are still pending once they are locked. A transaction calls it
/// once, because the locks are taken in ascending order only within a call.
pub(crate) fn expire(conn: &mut AnyConnection, ids: &[i64], at: NaiveDateTime) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    dialect::lock_requests(conn, ids)?;
    diesel::update(requested_sessions::table)
        .filter(requested_sessions::id.eq_any(ids))
        .filter(requested_sessions::status.eq(RequestStatus::Pending.as_str()))
        .set((requested_sessions::expires_at.eq(at), requested_sessions::updated_at.eq(at)))
        .execute(conn)?;
    Ok(())
}

/// The largest number of requests whose expiry one transaction writes down.
const PART: i64 = 100;

/// Requests past their deadlines that are still stored as pending.
#[derive(Clone, Copy)]
pub(super) enum Overdue {
    /// The oldest ones, up to [`PART`].
    Oldest,
    /// Those of a requester to a tutor.
    Between { requester: UserId, tutor: TutorId },
}

/// Writes down the expiry of requests, and returns its events.
pub(super) fn write_down(
    conn: &mut AnyConnection,
    which: Overdue,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, StoreError> {
    let at = now.naive_utc();
    // The status is a part of the text, so that the planner can use the index of pending requests.
    let text = "SELECT id FROM requested_sessions WHERE status = 'pending' AND expires_at <= ?";
    let overdue = Statement::<BigInt>::new(text).bind(at);
    let overdue = match which {
        Overdue::Oldest => overdue.push(" ORDER BY expires_at LIMIT ?").bind(PART),
        Overdue::Between { requester, tutor } => {
            overdue.push(" AND requester_id = ? AND tutor_id = ?").bind(requester.get()).bind(tutor.get())
        }
    };
    let ids: Vec<i64> = overdue.load(conn)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    dialect::lock_requests(conn, &ids)?;
    let text = format!(
        "UPDATE requested_sessions SET status = 'expired', updated_at = expires_at WHERE id IN ({}) \
         AND status = 'pending' AND expires_at <= ? RETURNING id, requester_id, \
         (SELECT user_id FROM tutor_profiles t WHERE t.id = tutor_id), \
         (SELECT user_id FROM student_profiles s WHERE s.id = requested_to_id), \
         EXISTS (SELECT 1 FROM tutor_profiles t JOIN student_profiles s ON s.id = requested_to_id \
         WHERE t.id = tutor_id AND ({} OR {}))",
        vec!["?"; statement::padded(ids.len())].join(", "),
        connections::separated("t.user_id", "requester_id"),
        connections::separated("t.user_id", "s.user_id"),
    );
    let padding = std::iter::repeat_n(0, statement::padded(ids.len()) - ids.len());
    let statement = Statement::<(BigInt, BigInt, BigInt, BigInt, Bool)>::new(text);
    let mut expired: Vec<(i64, i64, i64, i64, bool)> =
        statement.bind_all(ids.into_iter().chain(padding)).bind(at).load(conn)?;
    expired.sort_unstable();
    let event = |(id, requester, tutor, student, is_blocked)| {
        let parties = Parties { tutor: UserId::new(tutor), student: UserId::new(student) };
        let involved = Involved { requester: UserId::new(requester), parties };
        ExpiringRequest { id: RequestId::new(id), involved, is_blocked }.event(now)
    };
    Ok(expired.into_iter().filter_map(event).collect())
}

/// Writes down and announces the expiry of the oldest requests. Returns whether there may be more.
pub(super) fn expire_overdue(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let news = write_down(conn, Overdue::Oldest, now)?;
    events::append(conn, &news)?;
    Ok(i64::try_from(news.len()).unwrap_or(PART) >= PART)
}
