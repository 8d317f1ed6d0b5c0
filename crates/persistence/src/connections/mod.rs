//! Follows, friendships and blocks.

mod ends;
mod queries;
mod relations;
mod repository;

pub(crate) use relations::{accept_waiting_follows, block_stands, pair};
