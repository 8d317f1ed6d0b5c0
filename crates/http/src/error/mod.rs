//! Errors: one body for every generation of client (RFC 9457).

mod code;
mod mapping;
mod problem;

pub use code::Code;
pub use problem::{ApiError, Origin, Problem};
