//! The rules of a tutoring marketplace.
//!
//! Everything here is decided without I/O: no database, no web framework, no async runtime, no
//! serialisation, no clock and no randomness. What a rule needs from outside comes in as an argument or
//! through a *port* (a trait in a context's `ports` module) that an adapter implements.
//!
//! The contexts, in the order in which every crate of the workspace lists them:
//! [`accounts`], [`families`], [`connections`], [`tutoring`], [`requests`], [`schedule`], [`chat`], [`events`].
//!
//! # From a decision to a write
//!
//! A service loads what a rule needs, calls the rule, and hands the resulting *plan* (plain data that
//! describes the resulting state) to one repository method, which writes it in one transaction. The plan
//! may rest on a stale read, so the write guards every fact that the plan relies on and returns
//! [`RepositoryError::Conflict`] if one no longer holds; the service then decides again.

pub mod accounts;
pub mod change;
pub mod chat;
pub mod clock;
pub mod connections;
pub mod cooldown;
pub mod decimal;
pub mod error;
pub mod events;
pub mod families;
pub mod health;
pub mod ids;
pub mod money;
pub mod page;
pub mod requests;
mod retry;
pub mod schedule;
pub mod text;
pub mod tutoring;
pub mod validation;

pub use clock::Clock;
pub use error::RepositoryError;
pub(crate) use retry::retry_on_conflict;
