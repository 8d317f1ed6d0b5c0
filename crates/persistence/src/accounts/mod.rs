//! Accounts and devices.

mod devices;
mod repository;
mod rows;
