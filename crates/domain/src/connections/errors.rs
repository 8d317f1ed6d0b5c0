//! Errors of the use cases of connections.

use super::Status;
use crate::RepositoryError;
use crate::cooldown::Cooldown;

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
