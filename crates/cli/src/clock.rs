//! The system's clock.

use astegni_domain::Clock;
use chrono::{DateTime, SubsecRound, Utc};

/// The system's clock, cut to the microseconds that both databases keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that the lint points to")]
        let now = std::time::SystemTime::now();
        DateTime::<Utc>::from(now).trunc_subsecs(6)
    }
}
