//! Waits after a rejection.

use chrono::{DateTime, TimeDelta, Utc};

/// The wait of a rejected user before the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cooldown {
    /// The end of the wait, an instant.
    pub again_at: DateTime<Utc>,
    /// The rest of the wait in seconds, rounded up.
    pub retry_after: i64,
}

impl Cooldown {
    /// Returns the wait until `again_at`, or nothing once it is over.
    pub(crate) fn until(again_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        let rest = again_at - now;
        let retry_after = rest.num_seconds() + i64::from(rest.subsec_nanos() > 0);
        (rest > TimeDelta::zero()).then_some(Self { again_at, retry_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cooldown_counts_every_second_that_has_begun_and_ends_on_time() {
        let again_at = DateTime::UNIX_EPOCH + TimeDelta::days(7);
        let left = |now| Cooldown::until(again_at, now);
        assert_eq!(left(DateTime::UNIX_EPOCH), Some(Cooldown { again_at, retry_after: 604_800 }));
        let seconds = |now| left(now).map(|cooldown| cooldown.retry_after);
        assert_eq!(seconds(again_at - TimeDelta::milliseconds(1_500)), Some(2));
        assert_eq!(seconds(again_at - TimeDelta::microseconds(1)), Some(1));
        assert_eq!(seconds(again_at), None);
        assert_eq!(seconds(again_at + TimeDelta::seconds(1)), None);
    }
}
