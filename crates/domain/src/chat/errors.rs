//! Errors of the use cases of chat.

use super::Unreachable;
use crate::RepositoryError;
use crate::validation::Violations;

/// A rule of chat that forbids a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatRefusal {
    /// The conversation does not exist.
    NotFound,
    /// The caller is not a participant, or may only read.
    NotAParticipant,
    /// The message does not exist in a conversation of the caller's.
    MessageNotFound,
    /// Users cannot write to themselves.
    OwnAccount,
    /// The other user cannot be written to.
    Unreachable(Unreachable),
    /// Only its sender can change a message.
    SenderOnly,
    /// The message is the platform's.
    NotChangeable,
    /// The message is a tombstone.
    MessageDeleted,
    /// The time for editing the message is over.
    TooLateToEdit,
    /// The conversation is not a group.
    NotAGroup,
    /// Only admins of the group can do this.
    AdminOnly,
    /// Fields of the call are invalid.
    Invalid(Violations),
}

/// Errors of the use cases of chat.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// A rule forbids the call.
    #[error("a rule forbids the call: {0:?}")]
    Refused(ChatRefusal),
    /// A failure of the store.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<ChatRefusal> for ChatError {
    fn from(refusal: ChatRefusal) -> Self {
        Self::Refused(refusal)
    }
}
