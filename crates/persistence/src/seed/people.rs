//! Accounts with the endings of their names, each with a student profile, a calendar and connection counters.

use astegni_domain::accounts::Role;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};

use super::{Population, SharedFacts, numbers};
use crate::columns;
use crate::connection::AnyConnection;

/// The number of users in a transaction.
pub(super) const BATCH: i64 = 10_000;

/// Adds the users with the numbers `first` to `last`.
pub(super) fn insert(
    conn: &mut AnyConnection,
    population: &Population,
    facts: &SharedFacts,
    first: i64,
    last: i64,
) -> QueryResult<()> {
    let (student, tutor) = (Role::Student.as_str(), Role::Tutor.as_str());
    let is_tutor = format!("n <= {}", population.tutors);
    // SQLite numbers the parameters as they first occur, so they occur in order.
    let accounts = format!(
        "{}
         INSERT INTO users (id, email, password_hash, first_name, last_name, display_name, display_name_folded, roles,
                            active_role, time_zone, created_at, updated_at)
         SELECT n, 'user' || n || '@example.com', $1, 'First' || n, 'Last' || n, 'First' || n || ' Last' || n,
                'first' || n || ' last' || n, CASE WHEN {is_tutor} THEN $2 ELSE $3 END,
                CASE WHEN {is_tutor} THEN '{tutor}' ELSE '{student}' END, $4, $5, $5
         FROM numbers",
        numbers(first, last)
    );
    diesel::sql_query(accounts)
        .bind::<Text, _>(&facts.password_hash)
        .bind::<Text, _>(columns::json([student, tutor]))
        .bind::<Text, _>(columns::json([student]))
        .bind::<Text, _>(facts.time_zone.name())
        .bind::<Timestamp, _>(facts.created_at.naive_utc())
        .execute(conn)?;
    let endings = format!(
        "INSERT INTO name_endings (ending, user_id)
         SELECT display_name_folded, id FROM users WHERE id BETWEEN {first} AND {last}
         UNION ALL SELECT LOWER(last_name), id FROM users WHERE id BETWEEN {first} AND {last} ORDER BY 1"
    );
    diesel::sql_query(endings).execute(conn)?;
    let profiles = format!(
        "INSERT INTO student_profiles (id, user_id, created_at, updated_at)
         SELECT id, id, created_at, updated_at FROM users WHERE id BETWEEN {first} AND {last}"
    );
    diesel::sql_query(profiles).execute(conn)?;
    let calendars = format!("{} INSERT INTO calendars (user_id) SELECT n FROM numbers", numbers(first, last));
    diesel::sql_query(calendars).execute(conn)?;
    insert_counters(conn, population, first, last)
}

/// Adds the final counters: the follows are not there yet, but their numbers are known.
fn insert_counters(conn: &mut AnyConnection, population: &Population, first: i64, last: i64) -> QueryResult<()> {
    let everyone = population.follows_by_stride(1);
    let celebrity = population.follows() - population.follows_by_stride(population.users);
    let counters = format!(
        "{}
         INSERT INTO connection_counters (user_id, followers_count, following_count)
         SELECT n, {everyone} + CASE WHEN n = 1 THEN {celebrity} ELSE 0 END,
                {everyone} + CASE WHEN {} THEN 1 ELSE 0 END
         FROM numbers",
        numbers(first, last),
        population.follows_celebrity_only()
    );
    diesel::sql_query(counters).execute(conn)?;
    Ok(())
}
