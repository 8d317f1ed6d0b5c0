//! Accounts, their roles and profiles, and the devices that users are signed in on.

mod devices;
mod names;
mod repository;
mod roles;
mod rows;

pub(crate) use devices::{insert as insert_device, is_signed_in};
pub(crate) use roles::roles;
pub(crate) use rows::{find as find_user, find_all, insert_account};
