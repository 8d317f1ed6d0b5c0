//! Adapters of the domain's ports that need neither a database nor the system's clock: authentication, password hashing
//! and tokens.

mod authenticator;
mod hasher;
mod tokens;

pub use authenticator::{AuthenticationError, Authenticator};
pub use hasher::Argon2Hasher;
pub(crate) use tokens::role_ids;
pub use tokens::{Identity, InvalidToken, Jwt};
