//! The API over real services on SQLite, called by actors: `Anonymous`, `Student`, `Tutor`, `Parent`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside #[test] functions, helpers of tests fail the test in the same way"
)]

mod support;

mod accounts;
mod chat;
mod connections;
mod errors;
mod events;
mod families;
mod feeds;
mod lists;
mod openapi;
mod requests;
mod schedule;
mod scheduling;
mod snapshots;
mod transport;
mod tutoring;
mod visibility;
