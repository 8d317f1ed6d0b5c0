//! Errors of the use cases of connections.

use chrono::{DateTime, TimeDelta, Utc};

use super::Status;
use crate::RepositoryError;

/// The failure of a use case of connections.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// A rule forbids the call.
    #[error("a rule forbids the call: {0:?}")]
    Refused(Refusal),
    /// See [`RepositoryError`].
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<Refusal> for ConnectionError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A rule of connections that forbids a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Users cannot connect with themselves.
    OwnAccount,
    /// The user does not exist, or is hidden from the actor.
    UserNotFound,
    /// The actor has blocked the user and must unblock them first.
    BlockedByYou,
    /// The connection does not exist, or is hidden from the actor.
    ConnectionNotFound,
    /// The actor is neither the initiator nor, as far as they can tell, the recipient.
    NotAParticipant,
    /// A connection of the same kind exists in this status.
    AlreadyExists(Status),
    /// Only the recipient can answer a connection.
    RecipientOnly,
    /// The connection was answered earlier and has this status.
    AlreadyAnswered(Status),
    /// The recipient rejected the actor recently.
    Cooldown(Cooldown),
    /// A block would leave a child without a login and without a guardian.
    LastGuardian,
}

/// The wait of a rejected initiator before the next request.
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
