//! The migrations, embedded: `migrations/` at the top of the repository.

use diesel::Connection;
use diesel::connection::BoxableConnection;
use diesel::migration::{self, Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion};
use diesel_migrations::MigrationHarness;

use crate::connection::{Access, AnyConnection, DatabaseUrl, connect};
use crate::dialect;

type Backend = <AnyConnection as Connection>::Backend;

/// The folder of each migration, what it does and what undoes it, in order.
const MIGRATIONS: [(&str, &str, &str); 7] = [
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
];

/// Which migrations a database has, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The migration's folder.
    pub name: &'static str,
    /// Whether it was applied.
    pub applied: bool,
}

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// No connection could be opened.
    #[error("cannot connect: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A migration failed; those before it stay.
    #[error("{0}")]
    Failed(#[from] Box<dyn std::error::Error + Send + Sync>),
}

/// Changes a database's schema, over a connection of its own.
pub struct Migrator {
    conn: AnyConnection,
}

impl Migrator {
    /// Connects; waits while another process migrates.
    pub fn connect(url: &DatabaseUrl) -> Result<Self, MigrationError> {
        let mut conn = connect(url, Access::Write)?;
        dialect::lock_schema(&mut conn).map_err(|error| MigrationError::Failed(error.into()))?;
        Ok(Self { conn })
    }

    /// Applies what is pending, each in a transaction; answers with the names of what it applied.
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

    /// Undoes the last `count` migrations; answers with the versions of what it undid.
    pub fn down(&mut self, count: usize) -> Result<Vec<String>, MigrationError> {
        let mut undone = Vec::new();
        for _ in 0..count.min(self.conn.applied_migrations()?.len()) {
            let source = Embedded::for_conn(&self.conn);
            undone.push(self.conn.revert_last_migration(source)?.to_string());
        }
        Ok(undone)
    }

    /// Every migration that we know, and whether the database has it.
    pub fn status(&mut self) -> Result<Vec<MigrationStatus>, MigrationError> {
        let applied = self.conn.applied_migrations()?;
        let status = |name: &'static str| MigrationStatus { name, applied: applied.contains(&version(name)) };
        Ok(MIGRATIONS.iter().map(|(name, _, _)| status(name)).collect())
    }
}

/// The digits that a folder's name begins with, as Diesel's own tools read them.
fn version(name: &str) -> MigrationVersion<'static> {
    name.chars().filter(char::is_ascii_digit).collect::<String>().into()
}

/// The migrations in the words of one database.
struct Embedded(Vec<EmbeddedMigration>);

impl Embedded {
    fn for_conn(conn: &AnyConnection) -> Self {
        let spelled = |sql| dialect::portable_sql(conn, sql);
        Self(
            MIGRATIONS
                .iter()
                .map(|(name, up, down)| EmbeddedMigration { name: Name(name), up: spelled(up), down: spelled(down) })
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
}
