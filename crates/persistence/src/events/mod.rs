//! The event log: writing events within the transaction of their change, and reading them.

mod append;
mod data;
mod log;
mod tickets;

pub(crate) use append::append;
