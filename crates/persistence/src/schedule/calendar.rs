//! Bookings in calendars, and the lock under which they change.

use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::requests::AcceptancePlan;
use astegni_domain::schedule::{Booking, Occurrence, Parties, PriorityLevel, SessionMode, SessionStatus, TimeSlot};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;
use strum::VariantArray;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{calendars, sessions};

/// Locks both calendars in ascending user order by counting up their versions. Other transactions that change one of
/// them wait until this one ends.
pub(crate) fn lock_calendars(conn: &mut AnyConnection, parties: Parties) -> Result<(), StoreError> {
    for user in parties.ascending() {
        let locked = diesel::update(calendars::table.find(user.get()))
            .set(calendars::version.eq(calendars::version + 1))
            .execute(conn)?;
        if locked == 0 {
            return Err(StoreError::missing_row("calendars", user.get()));
        }
    }
    Ok(())
}

/// Returns the sessions that occupy the calendars of two users between two instants.
pub(crate) fn bookings(
    conn: &mut AnyConnection,
    parties: Parties,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<Booking>, StoreError> {
    type Row = (i64, i64, i64, NaiveDateTime, NaiveDateTime);
    let people = parties.ascending().map(UserId::get);
    let occupying: Vec<&str> = SessionStatus::VARIANTS
        .iter()
        .filter(|status| status.occupies_calendars())
        .map(|status| status.as_str())
        .collect();
    let mut bookings = Vec::new();
    // One query for each side, so that each follows its index.
    for as_tutor in [true, false] {
        let mut query = sessions::table
            .filter(sessions::starts_at.lt(to))
            .filter(sessions::starts_at.gt(from - TimeSlot::MAX_DURATION))
            .filter(sessions::ends_at.gt(from))
            .filter(sessions::status.eq_any(&occupying))
            .into_boxed();
        query = if as_tutor {
            query.filter(sessions::tutor_user_id.eq_any(people))
        } else {
            query.filter(sessions::student_user_id.eq_any(people))
        };
        let rows: Vec<Row> = query
            .select((
                sessions::id,
                sessions::tutor_user_id,
                sessions::student_user_id,
                sessions::starts_at,
                sessions::ends_at,
            ))
            .load(conn)?;
        bookings.extend(rows.into_iter().map(|(id, tutor, student, starts_at, ends_at)| Booking {
            session_id: SessionId::new(id),
            parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student) },
            starts_at: instant(starts_at),
            ends_at: instant(ends_at),
        }));
    }
    Ok(bookings)
}

#[derive(Insertable)]
#[diesel(table_name = sessions)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct NewSessionRow {
    enrolled_courses_id: i64,
    series_index: i32,
    tutor_user_id: i64,
    student_user_id: i64,
    session_date: NaiveDate,
    start_time: NaiveTime,
    end_time: NaiveTime,
    time_zone: &'static str,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    duration: i32,
    dst: Option<String>,
    topics: String,
    topics_covered: &'static str,
    session_mode: &'static str,
    status: &'static str,
    priority_level: &'static str,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Returns the rows of the sessions that an acceptance creates.
pub(crate) fn new_session_rows(plan: &AcceptancePlan, course: i64) -> Vec<NewSessionRow> {
    let now = plan.answer.at.naive_utc();
    let topics = columns::json(plan.topics.iter().map(String::as_str));
    let row = |(index, occurrence): (usize, &Occurrence)| NewSessionRow {
        enrolled_courses_id: course,
        series_index: i32::try_from(index).unwrap_or(i32::MAX),
        tutor_user_id: plan.parties.tutor.get(),
        student_user_id: plan.parties.student.get(),
        session_date: occurrence.date,
        start_time: occurrence.slot.start(),
        end_time: occurrence.slot.end(),
        time_zone: plan.time_zone.name(),
        starts_at: occurrence.starts_at.naive_utc(),
        ends_at: occurrence.ends_at.naive_utc(),
        duration: i32::try_from(occurrence.slot.duration().num_minutes()).unwrap_or(i32::MAX),
        dst: occurrence.dst.map(|dst| dst.as_str().to_owned()),
        topics: topics.clone(),
        topics_covered: "[]",
        session_mode: SessionMode::default().as_str(),
        status: SessionStatus::default().as_str(),
        priority_level: PriorityLevel::default().as_str(),
        created_at: now,
        updated_at: now,
    };
    plan.sessions.iter().enumerate().map(row).collect()
}
