//! Bookings in calendars.

use std::collections::BTreeMap;

use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::requests::AcceptancePlan;
use astegni_domain::schedule::{
    Booking, Dst, Occurrence, Parties, PriorityLevel, SessionMode, SessionStatus, TimeSlot,
};
use chrono::NaiveDateTime;
use diesel::sql_types::{BigInt, Timestamp};
use strum::VariantArray;

use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::{self, Parameter, Statement};

/// Returns the sessions that occupy the calendars of two users between two instants.
pub(crate) fn bookings(
    conn: &mut AnyConnection,
    parties: Parties,
    from: NaiveDateTime,
    to: NaiveDateTime,
) -> Result<Vec<Booking>, StoreError> {
    type Row = (i64, i64, i64, NaiveDateTime, NaiveDateTime);
    let occupying: Vec<String> = SessionStatus::VARIANTS
        .iter()
        .filter(|status| status.occupies_calendars())
        .map(|status| format!("'{}'", status.as_str()))
        .collect();
    // One range for each side and user, so that each follows its index.
    let range = |column: &str| {
        format!(
            "SELECT id, tutor_user_id, student_user_id, starts_at, ends_at FROM sessions WHERE {column} = ? \
             AND starts_at < ? AND starts_at > ? AND ends_at > ? AND status IN ({})",
            occupying.join(", ")
        )
    };
    let mut ranges = Vec::new();
    let mut statement = Statement::<(BigInt, BigInt, BigInt, Timestamp, Timestamp)>::new("");
    for column in ["tutor_user_id", "student_user_id"] {
        for user in parties.ascending() {
            ranges.push(range(column));
            statement = statement.bind(user.get()).bind_all([to, from - TimeSlot::MAX_DURATION, from]);
        }
    }
    let rows: Vec<Row> = statement.with_text(ranges.join(" UNION ALL ")).load(conn)?;
    let booking = |(id, tutor, student, starts_at, ends_at): Row| Booking {
        session_id: SessionId::new(id),
        parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student) },
        starts_at: instant(starts_at),
        ends_at: instant(ends_at),
    };
    // A session of both users is found on both sides.
    let bookings: BTreeMap<i64, Booking> = rows.into_iter().map(|row| (row.0, booking(row))).collect();
    Ok(bookings.into_values().collect())
}

/// The name of the [rows of sessions](session_rows), and of their columns.
pub(crate) const SESSION_ROWS: &str = "new(place, on_date, start_time, end_time, starts_at, ends_at, duration, dst)";

/// Returns the rows in which the sessions of an acceptance differ, padded; none if it creates no sessions.
pub(crate) fn session_rows(plan: &AcceptancePlan) -> Option<Statement<'static>> {
    if plan.sessions.is_empty() {
        return None;
    }
    let rows = statement::padded(plan.sessions.len());
    let occurrences = plan.sessions.iter().enumerate().flat_map(|(place, occurrence)| columns_of(place, occurrence));
    let padding = std::iter::repeat_n(PADDING, rows - plan.sessions.len()).flatten();
    let text = format!("VALUES {}", statement::rows(rows, PADDING.len()));
    Some(Statement::new(text).bind_all(occurrences).bind_all(padding))
}

/// Returns the statement that inserts the sessions of an acceptance: [`session_rows`] for the one row of `course(id)`.
/// `topics` is the list of topics in JSON.
pub(crate) fn insert_sessions<'a>(plan: &AcceptancePlan, topics: &'a str) -> Statement<'a> {
    let at = plan.answer.at.naive_utc();
    let shared = [
        ("tutor_user_id", plan.parties.tutor.get().into()),
        ("student_user_id", plan.parties.student.get().into()),
        ("time_zone", plan.time_zone.name().into()),
        ("topics", topics.into()),
        ("topics_covered", "[]".into()),
        ("session_mode", SessionMode::default().as_str().into()),
        ("status", SessionStatus::default().as_str().into()),
        ("priority_level", PriorityLevel::default().as_str().into()),
        ("created_at", at.into()),
        ("updated_at", at.into()),
    ];
    let (names, places) = statement::listed(&shared);
    let text = format!(
        "INSERT INTO sessions ({names}, enrolled_courses_id, series_index, session_date, start_time, end_time, \
         starts_at, ends_at, duration, dst) SELECT {places}, course.id, place, on_date, start_time, end_time, \
         starts_at, ends_at, duration, dst FROM course CROSS JOIN new WHERE place >= 0 ORDER BY place"
    );
    Statement::new(text).bind_all(shared.map(|(_, value)| value))
}

/// A row that is not inserted.
const PADDING: [Parameter<'static>; 8] = [
    Parameter::Integer(Some(-1)),
    Parameter::Date(None),
    Parameter::Time(None),
    Parameter::Time(None),
    Parameter::Timestamp(None),
    Parameter::Timestamp(None),
    Parameter::Integer(None),
    Parameter::Text(None),
];

/// Returns the columns in which the sessions of a series differ.
fn columns_of(place: usize, occurrence: &Occurrence) -> [Parameter<'static>; 8] {
    [
        i32::try_from(place).unwrap_or(i32::MAX).into(),
        occurrence.date.into(),
        occurrence.slot.start().into(),
        occurrence.slot.end().into(),
        occurrence.starts_at.naive_utc().into(),
        occurrence.ends_at.naive_utc().into(),
        i32::try_from(occurrence.slot.duration().num_minutes()).unwrap_or(i32::MAX).into(),
        occurrence.dst.map(Dst::as_str).into(),
    ]
}
