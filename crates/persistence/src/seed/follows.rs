//! Accepted follows between users.

use astegni_domain::connections::{Kind, Status};
use diesel::prelude::*;
use diesel::sql_types::Timestamp;

use super::{Population, SharedFacts, numbers};
use crate::connection::AnyConnection;

/// The number of follows in a transaction.
pub(super) const BATCH: i64 = 50_000;

/// Returns the number of users whose follows fit into a transaction.
pub(super) fn users_per_batch(population: &Population) -> i64 {
    BATCH.checked_div(population.follows_by_stride(1)).map_or(population.users, |users| users.max(1))
}

/// Adds the follows that the strides of the users `first` to `last` make, and returns their number.
pub(super) fn insert(
    conn: &mut AnyConnection,
    population: &Population,
    facts: &SharedFacts,
    first: i64,
    last: i64,
) -> QueryResult<i64> {
    if population.strides.is_empty() {
        return Ok(0);
    }
    let strides: Vec<String> =
        (1..).zip(&population.strides).map(|(place, stride): (i64, _)| format!("({place}, {stride})")).collect();
    let follows = format!(
        "{}, strides (place, stride) AS (VALUES {})
         {INTO}
         SELECT (n - 1) * {} + place, n, 1 + (n + stride) % {}, {}
         FROM numbers CROSS JOIN strides ORDER BY n, place",
        numbers(first, last),
        strides.join(", "),
        population.follows_by_stride(1),
        population.users,
        accepted()
    );
    execute(conn, follows, facts)
}

/// Adds the follows of the first user by the users `first` to `last` who do not follow the first user already, and
/// returns their number.
pub(super) fn insert_fans(
    conn: &mut AnyConnection,
    population: &Population,
    facts: &SharedFacts,
    first: i64,
    last: i64,
) -> QueryResult<i64> {
    let follows = format!(
        "{} {INTO} SELECT {} + n - 1, n, 1, {} FROM numbers WHERE {} ORDER BY n",
        numbers(first, last),
        population.follows_by_stride(population.users),
        accepted(),
        population.follows_celebrity_only()
    );
    execute(conn, follows, facts)
}

/// The columns of a follow, of which [`accepted`] returns the last.
const INTO: &str =
    "INSERT INTO connections (id, user_id_1, user_id_2, connection_type, status, initiated_by, created_at,
                                             accepted_at, updated_at)";

fn accepted() -> String {
    format!("'{}', '{}', n, $1, $1, $1", Kind::Follow.as_str(), Status::Accepted.as_str())
}

fn execute(conn: &mut AnyConnection, statement: String, facts: &SharedFacts) -> QueryResult<i64> {
    let rows = diesel::sql_query(statement).bind::<Timestamp, _>(facts.created_at.naive_utc()).execute(conn)?;
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}
