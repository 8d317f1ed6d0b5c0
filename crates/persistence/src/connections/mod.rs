//! Follows, friendships and blocks.

mod acceptance;
mod between;
mod counters;
mod facts;
mod heads;
mod queries;
mod repository;
mod rows;
mod scan;
mod search;
mod writes;

pub(crate) use acceptance::{accept_part, marked, prepare_privacy_change};
pub(crate) use between::between;
pub(crate) use facts::{any_block, blocks, has_block, pairs, separated, standing};
pub(crate) use heads::{ListHead, heads};
pub(crate) use scan::{Scan, Scanned, run_all as run_scans};
pub(crate) use writes::apply_all;
