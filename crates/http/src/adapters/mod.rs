//! The domain's ports that need neither a database nor the system's clock: password hashing and tokens.

mod gate;
mod hasher;
mod tokens;

pub use gate::{GateError, SignInGate};
pub use hasher::Argon2Hasher;
pub(crate) use tokens::role_ids;
pub use tokens::{InvalidToken, Jwt};
