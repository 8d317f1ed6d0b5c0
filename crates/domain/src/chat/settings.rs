//! A user's settings of chat, and the people whom they admit.

use crate::connections::{Kind, Pair, ProfileAccess, Standing, Status};
use crate::families::GuardianshipStatus;
use crate::ids::UserId;

/// The users who may begin to write to a user. It concerns direct messages of senders to whom the user has not written in
/// the conversation, and additions to groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MessagePolicy {
    /// All users.
    #[default]
    Everyone,
    /// Friends, users whom the user follows, the accepted followers of a private account, and the user's guardians and
    /// children.
    Connections,
    /// No users.
    #[strum(serialize = "none")]
    Nobody,
}

impl MessagePolicy {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A user's settings of chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatSettings {
    /// The users who may begin to write to the user.
    pub who_can_message: MessagePolicy,
    /// Whether other participants learn what the user reads from now on.
    pub read_receipts: bool,
    /// Whether other participants learn that the user is typing.
    pub typing_indicators: bool,
    /// Whether users in the same conversations learn that the user is online.
    pub online_status: bool,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self {
            who_can_message: MessagePolicy::Everyone,
            read_receipts: true,
            typing_indicators: true,
            online_status: true,
        }
    }
}

/// A change of some settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the settings")]
pub struct SettingsChange {
    pub who_can_message: Option<MessagePolicy>,
    pub read_receipts: Option<bool>,
    pub typing_indicators: Option<bool>,
    pub online_status: Option<bool>,
}

impl SettingsChange {
    /// Returns the settings after the change.
    pub fn apply(self, settings: ChatSettings) -> ChatSettings {
        ChatSettings {
            who_can_message: self.who_can_message.unwrap_or(settings.who_can_message),
            read_receipts: self.read_receipts.unwrap_or(settings.read_receipts),
            typing_indicators: self.typing_indicators.unwrap_or(settings.typing_indicators),
            online_status: self.online_status.unwrap_or(settings.online_status),
        }
    }
}

/// A user whom an actor wants to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The user.
    pub user: UserId,
    /// Everything between the actor and the user; `None` if the account is not active.
    pub pair: Option<Pair>,
    /// The user's setting.
    pub policy: MessagePolicy,
}

/// Reasons why an actor cannot write to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// The user does not exist, is hidden from the actor, or has blocked the actor.
    NotFound,
    /// The actor has blocked the user.
    BlockedByYou,
    /// The user's settings do not admit the actor.
    NotAdmitted,
}

impl Contact {
    /// Fails unless the actor may write to the user in a conversation in which the user has written to the actor.
    pub fn check_open(&self) -> Result<&Pair, Unreachable> {
        let pair = self.pair.as_ref().filter(|pair| pair.profile.has_login).ok_or(Unreachable::NotFound)?;
        match (pair.profile.access(), pair.standing()) {
            (ProfileAccess::Hidden, _) | (_, Standing::BlockedByThem) => Err(Unreachable::NotFound),
            (_, Standing::BlockedByYou) => Err(Unreachable::BlockedByYou),
            (_, Standing::Open) => Ok(pair),
        }
    }

    /// Fails unless the actor may begin to write to the user.
    pub fn check_admitted(&self) -> Result<(), Unreachable> {
        let pair = self.check_open()?;
        let admitted = match self.policy {
            MessagePolicy::Everyone => true,
            MessagePolicy::Connections => is_chosen(pair),
            MessagePolicy::Nobody => false,
        };
        if admitted { Ok(()) } else { Err(Unreachable::NotAdmitted) }
    }
}

/// Returns whether the other user of a pair has chosen the actor. A follow of a public account is the follower's choice
/// alone, so it does not count.
fn is_chosen(pair: &Pair) -> bool {
    let by_edge = pair.edges.iter().filter(|edge| edge.status == Status::Accepted).any(|edge| match edge.kind {
        Kind::Friend => true,
        Kind::Follow => edge.initiator == pair.other || pair.profile.is_private,
        Kind::Block => false,
    });
    by_edge || pair.guardianships.iter().any(|facts| facts.guardianship.status == GuardianshipStatus::Active)
}

#[cfg(test)]
mod tests;
