//! Guardianships and the transfer of accounts to children.

mod claims;
mod facts;
mod queries;
mod repository;
mod transitions;

pub(crate) use {facts::open_among, transitions::end};
