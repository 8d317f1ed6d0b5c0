//! Guardianships and the transfer of accounts to children.

mod claims;
mod facts;
mod queries;
mod repository;
mod transitions;

pub(crate) use facts::is_guardian;
pub(crate) use {
    facts::{active_ward, is_active_guardian, open_among},
    transitions::end,
};
