//! The domain's ports on Diesel: SQLite and PostgreSQL through one code path.
//!
//! [`Database`] implements every repository and query port. A context's adapter stands in the folder of
//! the same name as in the domain. Reads and writes go through `Database::read` and
//! `Database::write`, the only doors to the database.
//!
//! Absent on purpose: rules. What a write needs to decide under a lock, it asks a function of the domain.

mod accounts;
mod chat;
mod columns;
mod connection;
mod connections;
mod database;
mod dialect;
mod error;
mod families;
mod health;
mod migrations;
mod requests;
mod schedule;
mod schema;
mod tutoring;

pub use connection::{DatabaseUrl, InvalidDatabaseUrl};
pub use database::{Database, DatabaseSettings, OpenError};
pub use error::StoreError;
pub use migrations::{MigrationStatus, Migrator};
