//! Guardianships and the transfer of accounts to children.

mod claims;
mod facts;
mod queries;
mod repository;
mod transitions;

#[expect(unused_imports, reason = "a block will end guardianships with these")]
pub(crate) use {facts::open_among, transitions::end};
