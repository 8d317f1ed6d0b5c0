//! Follows, friendships and blocks.

mod queries;
mod relations;
mod repository;

pub(crate) use relations::{accept_waiting_follows, block_stands, pair};
