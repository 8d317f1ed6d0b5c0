//! Conversations as one of their participants sees them.

use chrono::{DateTime, Utc};

use super::MessageType;
use crate::ids::{ConversationId, UserId};

/// What kind of conversation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConversationKind {
    /// Between two; there is one for each unordered pair of users.
    Direct,
    /// Between several, with a name.
    Group,
}

impl ConversationKind {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A conversation as one participant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which conversation.
    pub id: ConversationId,
    /// What kind.
    pub kind: ConversationKind,
    /// The name of a group.
    pub name: Option<String>,
    /// A group's picture, a URL.
    pub avatar_url: Option<String>,
    /// The other side of a direct conversation.
    pub other: Option<Participant>,
    /// How many of the messages of others the viewer has not read.
    pub unread_count: i64,
    /// How many take part.
    pub participant_count: i64,
    /// What was said last.
    pub last_message: Option<LastMessage>,
    /// Whether the viewer silenced it.
    pub is_muted: bool,
    /// Whether the viewer put it away.
    pub is_archived: bool,
    /// When it began, an instant.
    pub created_at: DateTime<Utc>,
    /// When it last changed, an instant.
    pub updated_at: DateTime<Utc>,
}

impl Conversation {
    /// The name to show: a group's own, or the other's.
    pub fn display_name(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.other.as_ref().map(|other| other.name.as_str()))
    }

    /// The picture to show: a group's own, or the other's.
    pub fn display_avatar(&self) -> Option<&str> {
        self.avatar_url.as_deref().or_else(|| self.other.as_ref().and_then(|other| other.avatar.as_deref()))
    }
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The user.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Their picture, a URL.
    pub avatar: Option<String>,
}

/// What was said last, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// The words.
    pub content: Option<String>,
    /// What kind of message.
    pub message_type: MessageType,
    /// Who said it.
    pub sender_user_id: UserId,
    /// When, an instant.
    pub created_at: DateTime<Utc>,
}
