//! Guardianships, and accounts handed over.

mod claims;
mod ending;
mod queries;
mod repository;

#[expect(unused_imports, reason = "a block will end guardianships with these")]
pub(crate) use ending::{end, open_among};
