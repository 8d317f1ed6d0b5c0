//! The domain's ports that need no database: the clock, password hashing and tokens.

mod clock;
mod gate;
mod hasher;
mod tokens;

pub use clock::SystemClock;
pub(crate) use clock::today;
pub use gate::{GateError, SignInGate};
pub use hasher::Argon2Hasher;
pub(crate) use tokens::role_ids;
pub use tokens::{InvalidToken, Jwt};
