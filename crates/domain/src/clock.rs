//! The port to the process's clock.

use chrono::{DateTime, Utc};

/// The source of every instant. The process's clock is the only one: no query asks the database for `now()`.
#[cfg_attr(feature = "test-util", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Returns the present instant. MUST be cut to microseconds, the precision that both databases keep.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that moves only when a test moves it. Clones share one time.
#[cfg(feature = "test-util")]
#[derive(Debug, Clone)]
pub struct ManualClock {
    microseconds: std::sync::Arc<std::sync::atomic::AtomicI64>,
}

#[cfg(feature = "test-util")]
impl ManualClock {
    /// Creates a clock that reads `now`, cut to microseconds, until it is moved.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { microseconds: std::sync::Arc::new(now.timestamp_micros().into()) }
    }

    /// Moves the clock to an instant, which may lie in the past.
    pub fn set(&self, now: DateTime<Utc>) {
        self.microseconds.store(now.timestamp_micros(), std::sync::atomic::Ordering::SeqCst);
    }

    /// Moves the clock forward by a length of time, or back by a negative one.
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.set(self.now() + by);
    }
}

#[cfg(feature = "test-util")]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        let microseconds = self.microseconds.load(std::sync::atomic::Ordering::SeqCst);
        DateTime::from_timestamp_micros(microseconds).unwrap_or_default()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let start: DateTime<Utc> = "2026-01-30T05:00:00.123456789Z".parse().unwrap();
        let clock = ManualClock::new(start);
        let clone = clock.clone();
        assert_eq!(clone.now().to_rfc3339(), "2026-01-30T05:00:00.123456+00:00");
        clock.advance(TimeDelta::seconds(90));
        assert_eq!(clone.now().to_rfc3339(), "2026-01-30T05:01:30.123456+00:00");
        clone.set(DateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH);
    }
}
