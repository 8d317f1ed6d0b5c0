//! Follows, friendships and blocks.

mod between;
mod counters;
mod facts;
mod queries;
mod repository;
mod rows;
mod scan;
mod search;
mod writes;

pub(crate) use between::between;
pub(crate) use counters::own as own_counters;
pub(crate) use facts::{has_block, pairs, standing};
pub(crate) use writes::{apply_all, prepare_privacy_change};
