//! Follows, friendships and blocks.

mod counters;
mod facts;
mod people;
mod queries;
mod repository;
mod scan;
mod writes;

pub(crate) use facts::{has_block, standing};
pub(crate) use writes::prepare_privacy_change;
