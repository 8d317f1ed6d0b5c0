//! A population of test users, written in bulk by SQL that runs inside the database.
//!
//! Every row is the one that the application itself would have written, and the population depends on nothing but its
//! [`Population`]. Absent on purpose: plans and guards. The database is empty, and nobody else writes to it.

mod follows;
mod people;
mod population;
mod tutors;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::Connection;
use diesel::prelude::*;

pub use population::{InvalidPopulation, Population, PopulationSize};

use crate::connection::{Access, AnyConnection, DatabaseUrl, connect};
use crate::dialect;
use crate::error::StoreError;
use crate::schema::users;

/// The tables that hold the population, with whether their ids are generated.
const TABLES: [(&str, bool); 9] = [
    ("users", true),
    ("name_endings", false),
    ("student_profiles", true),
    ("tutor_profiles", true),
    ("tutor_terms", false),
    ("tutor_packages", true),
    ("connections", true),
    ("calendars", false),
    ("connection_counters", false),
];

/// The facts that all users of a population share.
#[derive(Debug, Clone)]
pub struct SharedFacts {
    /// The hash of the password, in PHC string format.
    pub password_hash: String,
    /// The zone of everyone's wall clock.
    pub time_zone: Tz,
    /// The instant at which every row was created.
    pub created_at: DateTime<Utc>,
}

/// A part of the work, in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Accounts with their student profiles, calendars and counters.
    Users,
    /// Tutor profiles with their packages.
    Tutors,
    /// Follows between users.
    Follows,
    /// Statistics for the query planner, table by table.
    Statistics,
}

/// The state of the work after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The part of the work that the batch belongs to.
    pub stage: Stage,
    /// The number of items of the stage that are done.
    pub done: i64,
    /// The number of items of the stage.
    pub total: i64,
}

/// Error returned by a [`Seeder`].
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The connection could not be opened.
    #[error("cannot connect")]
    Connect(#[from] diesel::ConnectionError),
    /// The database holds users, perhaps those of an interrupted run.
    #[error(
        "the database already holds users; only an empty database can be seeded, so use a new one, even after an \
         interrupted run"
    )]
    NotEmpty,
    /// A statement failed. The batches before it keep their effect.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for SeedError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Fills an empty database with a population, over a connection of its own.
pub struct Seeder {
    conn: AnyConnection,
}

impl Seeder {
    /// Connects to a migrated database; waits while another process migrates or seeds it.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, SeedError> {
        let mut conn = connect(url, Access::Write)?;
        dialect::lock_schema(&mut conn)?;
        dialect::prepare_bulk_load(&mut conn)?;
        Ok(Self { conn })
    }

    /// Fails with [`SeedError::NotEmpty`] if the database holds any user.
    pub fn ensure_empty(&mut self) -> Result<(), SeedError> {
        let user: Option<i64> = users::table.select(users::id).first(&mut self.conn).optional()?;
        if user.is_some() { Err(SeedError::NotEmpty) } else { Ok(()) }
    }

    /// Writes a population in batches, each a transaction of its own, and reports the progress after each. Refuses a
    /// database that holds any user; an interrupted run leaves users behind.
    pub fn seed(
        &mut self,
        population: &Population,
        facts: &SharedFacts,
        mut report: impl FnMut(Progress),
    ) -> Result<(), SeedError> {
        self.ensure_empty()?;
        let conn = &mut self.conn;
        for (first, last) in batches(population.users, people::BATCH) {
            in_transaction(conn, |conn| people::insert(conn, population, facts, first, last))?;
            report(Progress { stage: Stage::Users, done: last, total: population.users });
        }
        for (first, last) in batches(population.tutors, tutors::BATCH) {
            in_transaction(conn, |conn| tutors::insert(conn, first, last))?;
            report(Progress { stage: Stage::Tutors, done: last, total: population.tutors });
        }
        let mut done = 0;
        for (first, last) in batches(population.users, follows::users_per_batch(population)) {
            done += in_transaction(conn, |conn| follows::insert(conn, population, facts, first, last))?;
            report(Progress { stage: Stage::Follows, done, total: population.follows() });
        }
        for (first, last) in batches(population.celebrity, follows::BATCH) {
            done += in_transaction(conn, |conn| follows::insert_fans(conn, population, facts, first + 1, last + 1))?;
            report(Progress { stage: Stage::Follows, done, total: population.follows() });
        }
        self.finish(report)
    }

    /// Lets the ids continue after the inserted ones and collects statistics, without which the query planner would
    /// take the tables for empty.
    fn finish(&mut self, mut report: impl FnMut(Progress)) -> Result<(), SeedError> {
        for (done, (table, generates_ids)) in (1..).zip(TABLES) {
            if generates_ids {
                dialect::continue_ids(&mut self.conn, table)?;
            }
            dialect::analyze(&mut self.conn, table)?;
            report(Progress { stage: Stage::Statistics, done, total: count(&TABLES) });
        }
        Ok(())
    }
}

/// Divides the numbers from 1 to `last` into ranges of at most `size`, both ends inclusive.
fn batches(last: i64, size: i64) -> impl Iterator<Item = (i64, i64)> {
    let next = move |first: &i64| Some(first + size);
    std::iter::successors(Some(1), next)
        .take_while(move |first| *first <= last)
        .map(move |first| (first, last.min(first + size - 1)))
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

fn in_transaction<T>(
    conn: &mut AnyConnection,
    batch: impl FnOnce(&mut AnyConnection) -> QueryResult<T>,
) -> Result<T, SeedError> {
    #[expect(clippy::disallowed_methods, reason = "a bulk load does not share a connection with requests")]
    Ok(conn.transaction(batch)?)
}

/// Returns a common table expression `numbers (n)` of the integers in a range, both ends inclusive.
fn numbers(first: i64, last: i64) -> String {
    format!(
        "WITH RECURSIVE numbers (n) AS (
             SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}
         )"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_cover_every_number_once() {
        assert_eq!(batches(7, 3).collect::<Vec<_>>(), [(1, 3), (4, 6), (7, 7)]);
        assert_eq!(batches(6, 3).collect::<Vec<_>>(), [(1, 3), (4, 6)]);
        assert_eq!(batches(0, 3).count(), 0);
    }
}
