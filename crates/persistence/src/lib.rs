//! The domain's ports on Diesel: SQLite and PostgreSQL through one code path.
//!
//! [`Database`] implements every repository and query port. The adapter of a context lives in the folder of the same
//! name as in the domain. Every query goes through `Database::read` or `Database::write`, apart from those of [`Migrator`]
//! and [`Seeder`], which have connections of their own.
//!
//! Absent on purpose: rules. A write that has to decide something under a lock calls a function of the domain.

mod accounts;
mod chat;
mod columns;
mod connection;
mod connections;
mod database;
mod derived;
mod dialect;
mod error;
mod events;
mod families;
mod health;
mod migrations;
mod requests;
mod schedule;
mod schema;
mod seed;
mod statement;
mod tutoring;

pub use connection::{DatabaseUrl, InvalidDatabaseUrl};
pub use database::{Database, DatabaseSettings, OpenError, checkpoint};
pub use error::StoreError;
pub use migrations::{MigrationStatus, Migrator};
pub use seed::{InvalidPopulation, Population, PopulationSize, Progress, SeedError, Seeder, SharedFacts, Stage};
