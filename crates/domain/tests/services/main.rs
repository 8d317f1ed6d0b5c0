//! The services around the rules: load, decide, persist, and decide again on a conflict.

#![expect(clippy::unwrap_used, reason = "outside #[test] functions, helpers of tests fail the test in the same way")]

mod accounts;
mod announcements;
mod chat;
mod connections;
mod events;
mod families;
mod requests;
mod schedule;
mod scheduling;
mod support;
mod tutoring;
