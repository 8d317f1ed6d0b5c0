//! Facts about sessions and courses that rules need.

use std::collections::BTreeMap;

use astegni_domain::ids::{CourseId, RequestId, SessionId, StudentId, UserId};
use astegni_domain::schedule::{ChangeFacts, CourseContact, CourseFacts, PackageUse, Parties, Period, Scope, TimeSlot};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use super::queries;
use super::rows::{COLUMNS, SessionColumns, SessionRow, complete};
use crate::columns;
use crate::connection::AnyConnection;
use crate::connections;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// The largest number of courses per statement.
const MAX_COURSES: usize = 128;

/// The request `r`, the tutor `t` and the student `s` of a course `c`.
const PARTIES: &str = "JOIN requested_sessions r ON r.id = c.request_id JOIN tutor_profiles t ON t.id = c.tutor_id \
    JOIN student_profiles s ON s.id = c.student_id";

type ContactColumns = (BigInt, Bool, Bool);
type ContactRow = (i64, bool, bool);

/// Returns the columns of a [`ContactRow`] for [`PARTIES`].
fn contact_columns() -> String {
    format!(
        "r.requester_id, EXISTS (SELECT 1 FROM guardianships g WHERE g.parent_user_id = r.requester_id \
         AND g.student_id = s.id AND g.status = 'active'), {} OR {}",
        connections::separated("t.user_id", "s.user_id"),
        connections::separated("t.user_id", "r.requester_id"),
    )
}

fn contact((requester, requester_is_guardian, is_blocked): ContactRow) -> CourseContact {
    CourseContact { requester: UserId::new(requester), requester_is_guardian, is_blocked }
}

/// Loads the facts about a change of a session that is visible to a user.
pub(super) fn change_facts(
    conn: &mut AnyConnection,
    user: UserId,
    id: SessionId,
    scope: Scope,
) -> Result<Option<ChangeFacts>, StoreError> {
    let Some(row) = queries::find(conn, user, id)? else { return Ok(None) };
    let mut rows = match scope {
        Scope::This => Vec::new(),
        Scope::Following => {
            let text = format!(
                "SELECT {COLUMNS} FROM sessions WHERE enrolled_courses_id = ? AND starts_at > ? AND status = 'scheduled' \
                 ORDER BY starts_at"
            );
            Statement::<SessionColumns>::new(text).bind(row.enrolled_courses_id).bind(row.starts_at).load(conn)?
        }
    };
    rows.insert(0, row);
    let mut sessions = complete(conn, rows)?.into_iter();
    let session = sessions.next().ok_or(StoreError::Conflict)?;
    let contact = contacts(conn, &[session.course_id])?.remove(&session.course_id).ok_or(StoreError::Conflict)?;
    Ok(Some(ChangeFacts { session, following: sessions.collect(), contact }))
}

/// Loads the facts about the sessions that a tutor teaches during a period and that are scheduled or in progress.
pub(super) fn taught_during(
    conn: &mut AnyConnection,
    tutor: UserId,
    period: Period,
    limit: usize,
) -> Result<Vec<ChangeFacts>, StoreError> {
    let (from, to) = (period.starts_at.naive_utc(), period.ends_at.naive_utc());
    let text = format!(
        "SELECT {COLUMNS} FROM sessions WHERE tutor_user_id = ? AND starts_at < ? AND starts_at > ? AND ends_at > ? \
         AND status IN ('scheduled', 'in_progress') ORDER BY starts_at, id LIMIT {limit}"
    );
    let rows =
        Statement::<SessionColumns>::new(text).bind(tutor.get()).bind_all([to, from - TimeSlot::MAX_DURATION, from]);
    of_rows(conn, rows)
}

/// Loads the facts about future sessions that were resolved under other zone rules.
pub(super) fn resolved_under_other_rules(
    conn: &mut AnyConnection,
    rules: &str,
    now: DateTime<Utc>,
    after: SessionId,
    limit: usize,
) -> Result<Vec<ChangeFacts>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM sessions WHERE id > ? AND status = 'scheduled' AND starts_at > ? AND zone_rules <> ? \
         ORDER BY id LIMIT {limit}"
    );
    let rows = Statement::<SessionColumns>::new(text).bind(after.get()).bind(now.naive_utc()).bind(rules);
    of_rows(conn, rows)
}

fn of_rows(conn: &mut AnyConnection, rows: Statement<'_, SessionColumns>) -> Result<Vec<ChangeFacts>, StoreError> {
    let rows: Vec<SessionRow> = rows.load(conn)?;
    let sessions = complete(conn, rows)?;
    let mut courses: Vec<CourseId> = sessions.iter().map(|session| session.course_id).collect();
    courses.sort_unstable();
    courses.dedup();
    let contacts = contacts(conn, &courses)?;
    let facts = sessions.into_iter().filter_map(|session| {
        let contact = *contacts.get(&session.course_id)?;
        Some(ChangeFacts { session, following: Vec::new(), contact })
    });
    Ok(facts.collect())
}

/// Loads the people on the student's side of courses.
fn contacts(conn: &mut AnyConnection, courses: &[CourseId]) -> Result<BTreeMap<CourseId, CourseContact>, StoreError> {
    let mut contacts = BTreeMap::new();
    for courses in courses.chunks(MAX_COURSES) {
        let count = statement::padded(courses.len());
        let text = format!(
            "SELECT c.id, {} FROM enrolled_courses c {PARTIES} WHERE c.id IN ({})",
            contact_columns(),
            vec!["?"; count].join(", ")
        );
        let padding = std::iter::repeat_n(0, count - courses.len());
        let keys = courses.iter().map(|course| course.get()).chain(padding);
        let rows: Vec<(i64, ContactRow)> =
            Statement::<(BigInt, ContactColumns)>::new(text).bind_all(keys).load(conn)?;
        contacts.extend(rows.into_iter().map(|(course, row)| (CourseId::new(course), contact(row))));
    }
    Ok(contacts)
}

/// Loads the facts about a course.
pub(super) fn course_facts(conn: &mut AnyConnection, course: CourseId) -> Result<Option<CourseFacts>, StoreError> {
    type Columns = (BigInt, BigInt, BigInt, BigInt, Text, Nullable<Integer>, ContactColumns);
    type Row = (i64, i64, i64, i64, String, Option<i32>, ContactRow);
    let text = format!(
        "SELECT c.request_id, t.user_id, s.user_id, c.student_id, r.time_zone, r.package_session_count, {} \
         FROM enrolled_courses c {PARTIES} WHERE c.id = ?",
        contact_columns()
    );
    let row: Option<Row> = Statement::<Columns>::new(text).bind(course.get()).first(conn)?;
    let Some((request, tutor, student_user, student, zone, included, people)) = row else { return Ok(None) };
    let groups = "SELECT status, cancelled_late, COUNT(*), MAX(series_index) FROM sessions WHERE enrolled_courses_id = ? \
        GROUP BY status, cancelled_late";
    let groups: Vec<(String, bool, i64, i32)> =
        Statement::<(Text, Bool, BigInt, Integer)>::new(groups).bind(course.get()).load(conn)?;
    let next_place = groups.iter().map(|(.., last_place)| last_place + 1).max().unwrap_or_default();
    let numbers = groups.into_iter().map(|(status, is_cancelled_late, number, _)| {
        Ok((columns::parse_column("sessions.status", &status)?, is_cancelled_late, number))
    });
    let numbers = numbers.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Some(CourseFacts {
        course,
        request: RequestId::new(request),
        parties: Parties { tutor: UserId::new(tutor), student: UserId::new(student_user) },
        student: StudentId::new(student),
        contact: contact(people),
        time_zone: columns::zone("requested_sessions.time_zone", &zone)?,
        package: PackageUse::count(columns::session_count(included), numbers),
        next_place,
    }))
}

/// Writes down that the instants of sessions hold under present rules.
pub(super) fn confirm_rules(
    conn: &mut AnyConnection,
    sessions: &[(SessionId, i32)],
    rules: &str,
) -> Result<(), StoreError> {
    if sessions.is_empty() {
        return Ok(());
    }
    let count = statement::padded(sessions.len());
    let text = format!(
        "WITH confirmed(id, version) AS (VALUES {}) UPDATE sessions SET zone_rules = ? FROM confirmed \
         WHERE sessions.id = confirmed.id AND sessions.version = confirmed.version",
        statement::rows(count, 2)
    );
    let mut statement = Statement::<()>::new(text);
    for (id, version) in sessions
        .iter()
        .map(|(id, version)| (id.get(), *version))
        .chain(std::iter::repeat_n((0, 0), count - sessions.len()))
    {
        statement = statement.bind(id).bind(version);
    }
    statement.bind(rules).execute(conn)?;
    Ok(())
}

/// Returns the number of sessions that a tutor teaches during a period and that are scheduled or in progress, and the ids of
/// those that are scheduled and have not begun.
pub(super) fn affected(
    conn: &mut AnyConnection,
    tutor: UserId,
    period: Period,
    now: NaiveDateTime,
) -> Result<(i64, Vec<i64>), StoreError> {
    let (from, to) = (period.starts_at.naive_utc(), period.ends_at.naive_utc());
    let text = "SELECT id, status = 'scheduled' AND starts_at > ? FROM sessions WHERE tutor_user_id = ? AND starts_at < ? \
        AND starts_at > ? AND ends_at > ? AND status IN ('scheduled', 'in_progress') ORDER BY id";
    let rows: Vec<(i64, bool)> = Statement::<(BigInt, Bool)>::new(text)
        .bind(now)
        .bind(tutor.get())
        .bind_all([to, from - TimeSlot::MAX_DURATION, from])
        .load(conn)?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok((count, rows.into_iter().filter(|(_, is_upcoming)| *is_upcoming).map(|(id, _)| id).collect()))
}
