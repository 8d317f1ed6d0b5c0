//! The port to the process's clock.

use chrono::{DateTime, Utc};

/// Tells what time it is. The process's clock is the only one: no query asks the database for `now()`.
#[cfg_attr(feature = "test-util", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present instant. MUST be cut to microseconds, the precision that both databases keep.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that stands still, for tests.
#[cfg(feature = "test-util")]
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub DateTime<Utc>);

#[cfg(feature = "test-util")]
impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
