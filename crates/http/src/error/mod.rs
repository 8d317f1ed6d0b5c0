//! Errors: one problem+json body (RFC 9457) for all generations of clients, and the mapping of the domain's errors to
//! it.

mod code;
mod explanation;
mod mapping;
mod problem;

pub use code::Code;
pub use explanation::Explanation;
pub use problem::{ApiError, Origin, Problem};
pub(crate) use problem::{UNSUPPORTED_GRANT_TYPE, chain};
