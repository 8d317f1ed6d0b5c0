//! Accounts and devices.

mod devices;
mod repository;
mod rows;

pub(crate) use rows::roles;
