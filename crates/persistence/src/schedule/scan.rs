//! Pages of a user's sessions.
//!
//! The sessions of each side are a range of an index of their own, in the order of their starts, and a page merges the
//! beginnings of these ranges. Limits are part of the text, because the plan for a limit that is a parameter would sort
//! the whole calendar.

use std::collections::BTreeMap;

use astegni_domain::ids::{StudentId, UserId};
use astegni_domain::page::Keyset;
use astegni_domain::schedule::{Session, SessionFilter, SessionStatus, Side, TimeSlot};
use diesel::QueryResult;
use diesel::sql_types::BigInt;

use super::rows::{COLUMNS, Courses, SessionColumns, SessionRow};
use crate::columns;
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::dialect;
use crate::statement::{self, Parameter, Statement};

/// Limits of a scan, in rows: those of usual pages and of the largest one. A connection prepares a statement for each.
const LIMITS: [usize; 3] = [21, 51, 101];

/// A request for the first sessions of a user behind a position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionScan {
    pub(super) viewer: UserId,
    pub(super) filter: SessionFilter,
    pub(super) after: Option<Keyset>,
    /// The number of sessions to return.
    pub(super) limit: usize,
}

/// The names that stand for the values of a scan in its query, in the order of [`SessionScan::values`].
const NAMES: [&str; 9] = [
    "scan.viewer",
    "scan.earliest_start",
    "scan.ends_after",
    "scan.starts_before",
    "scan.status",
    "scan.student",
    "scan.position_start",
    "scan.position_id",
    "scan.place",
];

impl SessionScan {
    fn values(&self, place: i64) -> [Parameter<'static>; 9] {
        let always = columns::instant_of(i64::MIN);
        let from = self.filter.from.map_or(always, |from| from.naive_utc());
        // A session that ends after `from` starts at most a session's length before.
        let earliest = self.filter.from.map_or(always, |from| from.naive_utc() - TimeSlot::MAX_DURATION);
        let to = self.filter.to.map_or_else(|| columns::instant_of(i64::MAX), |to| to.naive_utc());
        let position = self.after.map_or(always, |after| columns::instant_of(after.sort));
        [
            self.viewer.get().into(),
            earliest.into(),
            from.into(),
            to.into(),
            self.filter.status.map(SessionStatus::as_str).into(),
            self.filter.student.map(StudentId::get).into(),
            position.into(),
            self.after.map_or(0, |after| after.id).into(),
            place.into(),
        ]
    }

    /// Returns the sides to read and the limit of each.
    fn shape(&self) -> (&'static [Side], usize) {
        let limit = LIMITS.into_iter().find(|limit| *limit >= self.limit).unwrap_or(self.limit);
        (self.filter.perspective.sides(), limit)
    }
}

/// Runs scans. Similar ones share a statement on a database that can join a query to each of several rows.
pub(crate) fn run_all(conn: &mut AnyConnection, scans: &[SessionScan]) -> Results<Vec<Session>> {
    type Group<'a> = (&'static [Side], usize, Vec<(i64, &'a SessionScan)>);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (place, scan) in (0..).zip(scans) {
        let (sides, limit) = scan.shape();
        match groups.iter_mut().find(|group| (group.0, group.1) == (sides, limit)) {
            Some((_, _, group)) => group.push((place, scan)),
            None => groups.push((sides, limit, vec![(place, scan)])),
        }
    }
    let mut rows: BTreeMap<i64, Vec<SessionRow>> = BTreeMap::new();
    for (sides, limit, group) in groups {
        let together = if dialect::has_lateral_joins(conn) { group.len() } else { 1 };
        for scans in group.chunks(together) {
            for (place, row) in load(conn, sides, limit, scans)? {
                rows.entry(place).or_default().push(row);
            }
        }
    }
    let courses = Courses::of(conn, rows.values().flatten())?;
    let results = (0..).zip(scans).map(|(place, scan)| {
        let mut rows = rows.remove(&place).unwrap_or_default();
        // A session that several sides show is read several times.
        rows.sort_by_key(|row| (row.starts_at, row.id));
        rows.dedup_by_key(|row| row.id);
        rows.into_iter().take(scan.limit).map(|row| courses.complete(row)).collect()
    });
    Ok(results.collect())
}

/// Loads the first sessions of scans, each with the place of its scan.
fn load(
    conn: &mut AnyConnection,
    sides: &[Side],
    limit: usize,
    scans: &[(i64, &SessionScan)],
) -> QueryResult<Vec<(i64, SessionRow)>> {
    let has_lateral_joins = dialect::has_lateral_joins(conn);
    let ranges = (0..).zip(sides).map(|(number, side)| range(number, *side, limit, has_lateral_joins));
    let ranges: Vec<String> = ranges.collect();
    let ranges = ranges.join(" UNION ALL ");
    if let [(place, scan)] = scans {
        let named: Vec<(&str, Parameter<'_>)> = NAMES.into_iter().zip(scan.values(*place)).collect();
        let rows: Vec<SessionRow> = Statement::<SessionColumns>::with_names(&ranges, &named).load(conn)?;
        return Ok(rows.into_iter().map(|row| (*place, row)).collect());
    }
    let names: Vec<&str> = NAMES.iter().filter_map(|name| name.strip_prefix("scan.")).collect();
    let text = format!(
        "SELECT scan.place, found.* FROM (VALUES {}) AS scan({}) CROSS JOIN LATERAL ({ranges}) AS found",
        statement::rows(statement::padded(scans.len()), NAMES.len()),
        names.join(", "),
    );
    let mut statement = Statement::<(BigInt, SessionColumns)>::new(text);
    for (place, scan) in scans {
        statement = statement.bind_all(scan.values(*place));
    }
    let padding = [
        Parameter::BigInt(None),
        Parameter::Timestamp(None),
        Parameter::Timestamp(None),
        Parameter::Timestamp(None),
        Parameter::Text(None),
        Parameter::BigInt(None),
        Parameter::Timestamp(None),
        Parameter::BigInt(None),
        Parameter::BigInt(None),
    ];
    let padding = std::iter::repeat_n(padding, statement::padded(scans.len()) - scans.len());
    statement.bind_all(padding.flatten()).load(conn)
}

/// Returns the query for the first sessions that a side shows, as `Side::shows` and `SessionFilter::admits` define.
fn range(number: usize, side: Side, limit: usize, has_lateral_joins: bool) -> String {
    let first = format!("ORDER BY starts_at, id LIMIT {limit}");
    let sessions = |shown: &str| {
        format!(
            "SELECT {COLUMNS} FROM sessions WHERE {shown} \
             AND starts_at > scan.earliest_start AND starts_at < scan.starts_before AND ends_at > scan.ends_after \
             AND (starts_at, id) > (scan.position_start, scan.position_id) \
             AND (scan.status IS NULL OR status = scan.status) AND (scan.student IS NULL \
             OR student_user_id = (SELECT user_id FROM student_profiles WHERE id = scan.student)) {first}"
        )
    };
    let wards = "SELECT p.user_id FROM guardianships g JOIN student_profiles p ON p.id = g.student_id \
        WHERE g.parent_user_id = scan.viewer AND g.status = 'active'";
    let shown = match side {
        Side::Teaching => sessions("tutor_user_id = scan.viewer"),
        Side::Learning => sessions("student_user_id = scan.viewer"),
        // The planner may turn `IN` around, and look up the guardians of every session.
        Side::Guarding if has_lateral_joins => {
            let of_ward = sessions("student_user_id = ward.user_id");
            format!("SELECT of_ward.* FROM ({wards}) AS ward CROSS JOIN LATERAL ({of_ward}) AS of_ward {first}")
        }
        Side::Guarding => sessions(&format!("student_user_id IN ({wards})")),
    };
    format!("SELECT * FROM ({shown}) AS range{number}")
}

/// Returns the position of a session in lists.
pub(super) fn keyset(session: &Session) -> Keyset {
    Keyset { sort: session.occurrence.starts_at.timestamp_micros(), id: session.id.get() }
}
