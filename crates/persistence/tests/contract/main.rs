//! The contracts of the ports, tested on both databases.
//!
//! A test is written once, as a function of a [`harness::World`]; the macro `contract` expands it to a test on SQLite and
//! one on PostgreSQL, each with a database of its own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside #[test] functions, helpers of tests fail the test in the same way"
)]

mod harness;

mod acceptance;
mod accounts;
mod blocks;
mod chat;
mod connections;
mod devices;
mod events;
mod families;
mod migrations;
mod outage;
mod requests;
mod schedule;
mod scheduling;
mod search;
mod seed;
mod statements;
mod tutor_search;
mod tutoring;
mod visibility;
