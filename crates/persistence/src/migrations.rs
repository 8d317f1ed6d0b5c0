//! The migrations in `migrations/` at the top of the repository, embedded in the binary.

use diesel::Connection;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::MigrationHarness;

use crate::connection::{Access, AnyConnection, DatabaseUrl, connect};
use crate::dialect;

type Backend = <AnyConnection as Connection>::Backend;

/// Folder, `up.sql` and `down.sql` of each migration, in order.
const MIGRATIONS: [(&str, &str, &str); 8] = [
    (
        "2026-11-21-000001_accounts",
        include_str!("../../../migrations/2026-11-21-000001_accounts/up.sql"),
        include_str!("../../../migrations/2026-11-21-000001_accounts/down.sql"),
    ),
    (
        "2026-11-21-000002_families",
        include_str!("../../../migrations/2026-11-21-000002_families/up.sql"),
        include_str!("../../../migrations/2026-11-21-000002_families/down.sql"),
    ),
    (
        "2026-11-21-000003_connections",
        include_str!("../../../migrations/2026-11-21-000003_connections/up.sql"),
        include_str!("../../../migrations/2026-11-21-000003_connections/down.sql"),
    ),
    (
        "2026-11-21-000004_tutoring",
        include_str!("../../../migrations/2026-11-21-000004_tutoring/up.sql"),
        include_str!("../../../migrations/2026-11-21-000004_tutoring/down.sql"),
    ),
    (
        "2026-11-21-000005_requests",
        include_str!("../../../migrations/2026-11-21-000005_requests/up.sql"),
        include_str!("../../../migrations/2026-11-21-000005_requests/down.sql"),
    ),
    (
        "2026-11-21-000006_schedule",
        include_str!("../../../migrations/2026-11-21-000006_schedule/up.sql"),
        include_str!("../../../migrations/2026-11-21-000006_schedule/down.sql"),
    ),
    (
        "2026-11-21-000007_chat",
        include_str!("../../../migrations/2026-11-21-000007_chat/up.sql"),
        include_str!("../../../migrations/2026-11-21-000007_chat/down.sql"),
    ),
    (
        "2026-11-21-000008_events",
        include_str!("../../../migrations/2026-11-21-000008_events/up.sql"),
        include_str!("../../../migrations/2026-11-21-000008_events/down.sql"),
    ),
];

/// The state of one migration in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The folder of the migration.
    pub name: &'static str,
    /// Whether the migration has been applied.
    pub applied: bool,
}

/// Error returned by a [`Migrator`].
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The connection could not be opened.
    #[error("cannot connect")]
    Connect(#[from] diesel::ConnectionError),
    /// More migrations were to be undone than have been applied.
    #[error("cannot undo {requested} migrations: only {applied} are applied")]
    TooFewApplied { requested: usize, applied: usize },
    /// A statement failed. The migrations before it keep their effect.
    #[error(transparent)]
    Failed(#[from] Box<dyn std::error::Error + Send + Sync>),
}

/// Changes the schema of a database, over a connection of its own.
pub struct Migrator {
    conn: AnyConnection,
}

impl Migrator {
    /// Connects to a database; waits while another process migrates it.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, MigrationError> {
        let mut conn = connect(url, Access::Write)?;
        dialect::lock_schema(&mut conn).map_err(|error| MigrationError::Failed(error.into()))?;
        Ok(Self { conn })
    }

    /// Applies pending migrations, each in a transaction, and returns their names.
    pub fn up(&mut self) -> Result<Vec<String>, MigrationError> {
        let source = Embedded::for_conn(&self.conn);
        let pending = self.conn.pending_migrations(source)?;
        let mut applied = Vec::with_capacity(pending.len());
        for migration in pending {
            self.conn.run_migration(&migration)?;
            applied.push(migration.name().to_string());
        }
        Ok(applied)
    }

    /// Undoes the last `count` migrations and returns their names. Undoes nothing if fewer have been applied.
    pub fn down(&mut self, count: usize) -> Result<Vec<&'static str>, MigrationError> {
        let last = self.last_applied(count)?;
        for _ in &last {
            let source = Embedded::for_conn(&self.conn);
            self.conn.revert_last_migration(source)?;
        }
        Ok(last.into_iter().map(|(name, _)| name).collect())
    }

    /// Returns the tables that lose rows if the last `count` migrations are undone.
    pub fn tables_losing_rows(&mut self, count: usize) -> Result<Vec<&'static str>, MigrationError> {
        let mut tables = Vec::new();
        for (_, down) in self.last_applied(count)? {
            for table in down.split(';').filter_map(table_losing_rows) {
                if self.holds_rows(table)? {
                    tables.push(table);
                }
            }
        }
        Ok(tables)
    }

    /// Returns every embedded migration with its state.
    pub fn status(&mut self) -> Result<Vec<MigrationStatus>, MigrationError> {
        let applied = self.conn.applied_migrations()?;
        let status = |name: &'static str| MigrationStatus { name, applied: applied.contains(&version(name)) };
        Ok(MIGRATIONS.iter().map(|(name, _, _)| status(name)).collect())
    }

    /// Returns folder and `down.sql` of the last `count` applied migrations, the latest first.
    fn last_applied(&mut self, count: usize) -> Result<Vec<(&'static str, &'static str)>, MigrationError> {
        let versions = self.conn.applied_migrations()?;
        if versions.len() < count {
            return Err(MigrationError::TooFewApplied { requested: count, applied: versions.len() });
        }
        let embedded = |applied: &MigrationVersion<'_>| {
            let (name, _, down) = MIGRATIONS.iter().find(|(name, _, _)| version(name) == *applied)?;
            Some((*name, *down))
        };
        Ok(versions.iter().take(count).filter_map(embedded).collect())
    }

    fn holds_rows(&mut self, table: &str) -> Result<bool, MigrationError> {
        #[derive(QueryableByName)]
        struct Rows {
            #[diesel(sql_type = BigInt)]
            rows: i64,
        }
        let query = format!("SELECT COUNT(*) AS rows FROM (SELECT 1 FROM {table} LIMIT 1) AS first_row");
        let count: Rows = diesel::sql_query(query)
            .get_result(&mut self.conn)
            .map_err(|error| MigrationError::Failed(error.into()))?;
        Ok(count.rows > 0)
    }
}

/// Returns the table that a statement of a `down.sql` drops entirely or in part, if any.
fn table_losing_rows(statement: &str) -> Option<&str> {
    let words = statement.lines().filter(|line| !line.starts_with("--")).flat_map(str::split_whitespace);
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        ["DROP", "TABLE", table] => Some(table),
        ["ALTER", "TABLE", table, changes @ ..] if changes.contains(&"DROP") => Some(table),
        _ => None,
    }
}

/// Returns the version of a migration, derived from its folder as Diesel's own tools do.
fn version(name: &str) -> MigrationVersion<'static> {
    name.chars().filter(char::is_ascii_digit).collect::<String>().into()
}

/// The migrations in the SQL of one database.
struct Embedded(Vec<EmbeddedMigration>);

impl Embedded {
    fn for_conn(conn: &AnyConnection) -> Self {
        let portable = |sql| dialect::portable_sql(conn, sql);
        Self(
            MIGRATIONS
                .iter()
                .map(|(name, up, down)| EmbeddedMigration { name: Name(name), up: portable(up), down: portable(down) })
                .collect(),
        )
    }
}

impl MigrationSource<Backend> for Embedded {
    fn migrations(&self) -> migration::Result<Vec<Box<dyn Migration<Backend>>>> {
        let boxed = |migration: &EmbeddedMigration| -> Box<dyn Migration<Backend>> { Box::new(migration.clone()) };
        Ok(self.0.iter().map(boxed).collect())
    }
}

#[derive(Clone)]
struct EmbeddedMigration {
    name: Name,
    up: String,
    down: String,
}

impl Migration<Backend> for EmbeddedMigration {
    fn run(&self, conn: &mut dyn BoxableConnection<Backend>) -> migration::Result<()> {
        Ok(conn.batch_execute(&self.up)?)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<Backend>) -> migration::Result<()> {
        Ok(conn.batch_execute(&self.down)?)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        &InTransaction
    }

    fn name(&self) -> &dyn MigrationName {
        &self.name
    }
}

struct InTransaction;

impl MigrationMetadata for InTransaction {}

#[derive(Clone, Copy)]
struct Name(&'static str);

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl MigrationName for Name {
    fn version(&self) -> MigrationVersion<'_> {
        version(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_folder_of_migrations_is_embedded() {
        let top = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let folders: BTreeSet<String> = std::fs::read_dir(top)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        let embedded: Vec<String> = MIGRATIONS.iter().map(|(name, _, _)| (*name).to_owned()).collect();
        assert_eq!(folders.into_iter().collect::<Vec<_>>(), embedded);
    }

    #[test]
    fn every_table_that_a_migration_creates_loses_its_rows_when_it_is_undone() {
        for (name, up, down) in MIGRATIONS {
            let created = up.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
            let created: BTreeSet<&str> = created.filter_map(|line| line.split_whitespace().next()).collect();
            let dropped: BTreeSet<&str> = down.split(';').filter_map(table_losing_rows).collect();
            assert_eq!(created, dropped, "{name}");
        }
        assert_eq!(table_losing_rows("-- Why\nALTER TABLE a ADD COLUMN b TEXT, DROP COLUMN c"), Some("a"));
        assert_eq!(table_losing_rows("ALTER TABLE a ADD COLUMN b TEXT"), None);
        assert_eq!(table_losing_rows("DROP INDEX a"), None);
    }
}
