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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_clock_is_cut_to_microseconds() {
        // A clock that is not cut would pass a single reading now and then.
        let readings = std::iter::repeat_with(|| SystemClock.now()).take(100);
        assert!(readings.into_iter().all(|now| now.timestamp_subsec_nanos() % 1_000 == 0));
    }
}
