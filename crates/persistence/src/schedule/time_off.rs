//! Time off of tutors.

use astegni_domain::ids::{TimeOffId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::schedule::{Period, RecordedTimeOff, SessionChangePlan, TimeOff, TimeOffPlan};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use super::calendar::lock_calendars;
use super::{changes, facts};
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::Statement;

/// Returns a page of a tutor's time off, descending by start.
pub(super) fn list(conn: &mut AnyConnection, tutor: UserId, page: PageRequest) -> Result<Page<TimeOff>, StoreError> {
    type Columns = (BigInt, Timestamp, Timestamp, Nullable<Text>, Timestamp);
    type Row = (i64, NaiveDateTime, NaiveDateTime, Option<String>, NaiveDateTime);
    let before = page.after.unwrap_or(Keyset { sort: i64::MIN, id: i64::MAX });
    let text = format!(
        "SELECT id, starts_at, ends_at, reason, created_at FROM time_off WHERE user_id = ? \
         AND (starts_at, id) < (?, ?) ORDER BY starts_at DESC, id DESC LIMIT {}",
        page.size.overread()
    );
    let rows: Vec<Row> = Statement::<Columns>::new(text)
        .bind(tutor.get())
        .bind(columns::instant_of(before.sort.saturating_neg()))
        .bind(before.id)
        .load(conn)?;
    let time_off = |(id, starts_at, ends_at, reason, created_at): Row| TimeOff {
        id: TimeOffId::new(id),
        period: Period { starts_at: instant(starts_at), ends_at: instant(ends_at) },
        reason,
        created_at: instant(created_at),
    };
    let keyset = |off: &TimeOff| Keyset { sort: -off.period.starts_at.timestamp_micros(), id: off.id.get() };
    Ok(Page::from_overread(rows.into_iter().map(time_off).collect(), page.size, keyset))
}

/// Writes time off and the cancellations of its plan. With the tutor's calendar locked, no session is booked at the same time.
pub(super) fn add(conn: &mut AnyConnection, plan: &TimeOffPlan) -> Result<RecordedTimeOff, StoreError> {
    let mut users = plan.cancellations.as_ref().map(SessionChangePlan::users).unwrap_or_default();
    users.push(plan.tutor);
    users.sort_unstable();
    users.dedup();
    lock_calendars(conn, &users)?;
    let period = plan.terms.period;
    let (affected_count, upcoming) = facts::affected(conn, plan.tutor, period, plan.at.naive_utc())?;
    if let Some(cancellations) = &plan.cancellations {
        let mut cancelled: Vec<i64> = cancellations.changes.iter().map(|change| change.after.id.get()).collect();
        cancelled.sort_unstable();
        if cancelled != upcoming {
            return Err(StoreError::Conflict);
        }
    }
    let text =
        "INSERT INTO time_off (user_id, starts_at, ends_at, reason, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id";
    let id: Option<i64> = Statement::<BigInt>::new(text)
        .bind(plan.tutor.get())
        .bind_all([period.starts_at.naive_utc(), period.ends_at.naive_utc()])
        .bind(plan.terms.reason.as_deref())
        .bind(plan.at.naive_utc())
        .first(conn)?;
    let id = TimeOffId::new(id.ok_or(StoreError::Conflict)?);
    if let Some(cancellations) = &plan.cancellations {
        changes::write(conn, cancellations)?;
    }
    Ok(RecordedTimeOff { id, affected_count })
}

/// Deletes time off. Returns whether the tutor had it.
pub(super) fn remove(conn: &mut AnyConnection, tutor: UserId, id: TimeOffId) -> Result<bool, StoreError> {
    let text = "DELETE FROM time_off WHERE id = ? AND user_id = ?";
    Ok(Statement::<()>::new(text).bind_all([id.get(), tutor.get()]).execute(conn)? > 0)
}
