//! Times at which users are busy, and new sessions in their calendars.

use std::collections::BTreeMap;
use std::ops::Range;

use astegni_domain::ids::{SessionId, UserId};
use astegni_domain::schedule::{
    Booking, BusyTimes, Dst, Occurrence, Parties, Period, PriorityLevel, SessionMode, SessionStatus, TimeOffTerms,
    TimeSlot, ZONE_RULES,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{self, Parameter, Statement};

/// Locks the calendars of users, given in ascending order, until the transaction ends.
pub(crate) fn lock_calendars(conn: &mut AnyConnection, users: &[UserId]) -> Result<(), StoreError> {
    let locked: Vec<i64> = dialect::lock_calendars(conn, users).load(conn)?;
    match users.iter().find(|user| !locked.contains(&user.get())) {
        Some(user) => Err(StoreError::missing_row("calendars", user.get())),
        None => Ok(()),
    }
}

/// Returns the sessions of two users in any status but cancelled, and the time off of the tutor, as far as they overlap a
/// time.
pub(crate) fn busy_times(
    conn: &mut AnyConnection,
    parties: Parties,
    time: &Range<DateTime<Utc>>,
) -> Result<BusyTimes, StoreError> {
    type Columns = (Nullable<BigInt>, Nullable<BigInt>, Nullable<BigInt>, Timestamp, Timestamp, Nullable<Text>);
    type Row = (Option<i64>, Option<i64>, Option<i64>, NaiveDateTime, NaiveDateTime, Option<String>);
    let (from, to) = (time.start.naive_utc(), time.end.naive_utc());
    // One range for each side and user, so that each follows its index.
    let range = |column: &str| {
        format!(
            "SELECT id, tutor_user_id, student_user_id, starts_at, ends_at, status FROM sessions WHERE {column} = ? \
             AND starts_at < ? AND starts_at > ? AND ends_at > ? AND status <> 'cancelled'"
        )
    };
    let mut ranges = Vec::new();
    let mut statement = Statement::<Columns>::new("");
    for column in ["tutor_user_id", "student_user_id"] {
        for user in parties.ascending() {
            ranges.push(range(column));
            statement = statement.bind(user.get()).bind_all([to, from - TimeSlot::MAX_DURATION, from]);
        }
    }
    ranges.push(
        "SELECT NULL, NULL, NULL, starts_at, ends_at, NULL FROM time_off WHERE user_id = ? \
         AND starts_at < ? AND starts_at > ? AND ends_at > ?"
            .to_owned(),
    );
    statement = statement.bind(parties.tutor.get()).bind_all([to, from - TimeOffTerms::MAX_DURATION, from]);
    let rows: Vec<Row> = statement.with_text(ranges.join(" UNION ALL ")).load(conn)?;
    let mut busy = BusyTimes::default();
    // A session of both users is found on both sides.
    let mut bookings: BTreeMap<i64, Booking> = BTreeMap::new();
    for (id, tutor, student, starts_at, ends_at, status) in rows {
        let period = Period { starts_at: instant(starts_at), ends_at: instant(ends_at) };
        let (Some(id), Some(tutor), Some(student), Some(status)) = (id, tutor, student, status) else {
            busy.time_off.push(period);
            continue;
        };
        let parties = Parties { tutor: UserId::new(tutor), student: UserId::new(student) };
        let status = columns::parse_column("sessions.status", &status)?;
        bookings.insert(id, Booking { session_id: SessionId::new(id), parties, period, status });
    }
    busy.bookings = bookings.into_values().collect();
    Ok(busy)
}

/// The name of the [rows of sessions](NewSessions::rows), and of their columns.
pub(crate) const SESSION_ROWS: &str = "new(place, on_date, start_time, end_time, starts_at, ends_at, duration, dst)";

/// Sessions about to be inserted into one course.
#[derive(Clone, Copy)]
pub(crate) struct NewSessions<'a> {
    pub(crate) parties: Parties,
    pub(crate) time_zone: Tz,
    /// A JSON list.
    pub(crate) topics: &'a str,
    pub(crate) occurrences: &'a [Occurrence],
    /// The place of the first one in the series.
    pub(crate) first_place: i32,
    pub(crate) is_exception: bool,
    pub(crate) at: DateTime<Utc>,
}

impl<'a> NewSessions<'a> {
    /// Returns the rows in which the sessions differ, padded; none without sessions.
    pub(crate) fn rows(&self) -> Option<Statement<'static>> {
        let count = self.occurrences.len();
        if count == 0 {
            return None;
        }
        let rows = statement::padded(count);
        let occurrences =
            (self.first_place..).zip(self.occurrences).flat_map(|(place, occurrence)| columns_of(place, occurrence));
        let padding = std::iter::repeat_n(PADDING, rows - count).flatten();
        let text = format!("VALUES {}", statement::rows(rows, PADDING.len()));
        Some(Statement::new(text).bind_all(occurrences).bind_all(padding))
    }

    /// Returns the statement that inserts the [rows](Self::rows) for the one row of `course(id)`. `rest` is the end of the
    /// statement.
    pub(crate) fn insert<Columns>(&self, rest: &str) -> Statement<'a, Columns> {
        let at = self.at.naive_utc();
        let shared = [
            ("tutor_user_id", self.parties.tutor.get().into()),
            ("student_user_id", self.parties.student.get().into()),
            ("time_zone", self.time_zone.name().into()),
            ("zone_rules", ZONE_RULES.into()),
            ("is_exception", self.is_exception.into()),
            ("topics", self.topics.into()),
            ("topics_covered", "[]".into()),
            ("session_mode", SessionMode::default().as_str().into()),
            ("status", SessionStatus::default().as_str().into()),
            ("priority_level", PriorityLevel::default().as_str().into()),
            ("created_at", at.into()),
            ("updated_at", at.into()),
        ];
        let (names, places) = statement::listed(&shared);
        let text = format!(
            "INSERT INTO sessions ({names}, enrolled_courses_id, series_index, session_date, series_date, start_time, \
             end_time, starts_at, ends_at, duration, dst) SELECT {places}, course.id, place, on_date, on_date, \
             start_time, end_time, starts_at, ends_at, duration, dst FROM course CROSS JOIN new WHERE place >= 0 \
             ORDER BY place {rest}"
        );
        Statement::new(text).bind_all(shared.map(|(_, value)| value))
    }
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
fn columns_of(place: i32, occurrence: &Occurrence) -> [Parameter<'static>; 8] {
    [
        place.into(),
        occurrence.date.into(),
        occurrence.slot.start().into(),
        occurrence.slot.end().into(),
        occurrence.starts_at.naive_utc().into(),
        occurrence.ends_at.naive_utc().into(),
        minutes(occurrence).into(),
        occurrence.dst.map(Dst::as_str).into(),
    ]
}

/// Returns the duration of an occurrence in minutes.
pub(super) fn minutes(occurrence: &Occurrence) -> i32 {
    i32::try_from(occurrence.slot.duration().num_minutes()).unwrap_or(i32::MAX)
}
