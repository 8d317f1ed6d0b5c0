//! Conversations as their participants see them.

use chrono::{DateTime, Utc};

use super::MessageType;
use crate::ids::{ConversationId, MessageId, UserId};

/// The kind of a conversation, fixed at its creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ConversationKind {
    /// Between two users. There is at most one for each unordered pair.
    Direct,
    /// Between several users, under a name.
    Group,
}

impl ConversationKind {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The role of a participant in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ParticipantRole {
    /// May rename a group and manage its participants.
    Admin,
    /// May read and write. Both participants of a direct conversation are members.
    Member,
}

impl ParticipantRole {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A conversation as one of its participants, the viewer, sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the id and the kind are named after their types")]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one conversation")]
pub struct Conversation {
    pub id: ConversationId,
    pub kind: ConversationKind,
    /// The name of a group.
    pub name: Option<String>,
    /// The URL of a group's picture.
    pub avatar_url: Option<String>,
    /// The other participant of a direct conversation.
    pub other: Option<Participant>,
    /// The number of messages that count as unread for the viewer.
    pub unread_count: i64,
    /// The number of participants, the viewer included.
    pub participant_count: i64,
    /// The latest message, possibly a tombstone.
    pub last_message: Option<LastMessage>,
    /// Whether guardians of a participant may read the conversation.
    pub guardians_can_read: bool,
    /// Whether the viewer reads the conversation as the guardian of a participant, and cannot write.
    pub is_read_only: bool,
    /// Whether the viewer has muted the conversation.
    pub is_muted: bool,
    /// Whether the viewer has archived the conversation.
    pub is_archived: bool,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
}

impl Conversation {
    /// Returns the name to show: a group's own name, or the name of the other participant.
    pub fn display_name(&self) -> Option<&str> {
        match self.kind {
            ConversationKind::Direct => self.other.as_ref().map(|other| other.name.as_str()),
            ConversationKind::Group => self.name.as_deref(),
        }
    }

    /// Returns the URL of the picture to show: a group's own picture, or the picture of the other participant.
    pub fn display_avatar(&self) -> Option<&str> {
        match self.kind {
            ConversationKind::Direct => self.other.as_ref().and_then(|other| other.avatar.as_deref()),
            ConversationKind::Group => self.avatar_url.as_deref(),
        }
    }
}

/// A participant of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the user, the name and the role need no further words")]
pub struct Participant {
    pub user_id: UserId,
    pub name: String,
    /// The URL of the user's picture.
    pub avatar: Option<String>,
    pub role: ParticipantRole,
}

/// The latest message of a conversation, as a list of conversations shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a message")]
pub struct LastMessage {
    pub content: Option<String>,
    pub message_type: MessageType,
    pub sender_user_id: UserId,
    pub created_at: DateTime<Utc>,
}

/// The place up to which a participant has let others know that they have read a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the user needs no further words")]
pub struct ReadReceipt {
    pub user_id: UserId,
    /// The place of the last message read, 0 for none.
    pub last_read_seq: i64,
    /// The id of that message.
    pub last_read_message_id: Option<MessageId>,
    /// The instant of reading it.
    pub last_read_at: Option<DateTime<Utc>>,
}

/// A conversation with its participants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the conversation needs no further words")]
pub struct ConversationDetails {
    pub conversation: Conversation,
    /// The participants by ascending user id, at most 100.
    pub participants: Vec<Participant>,
}

/// A user's right to read a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingRight {
    /// The conversation does not exist.
    Missing,
    /// The user is neither a participant nor a guardian who may read along.
    Refused,
    /// The user may read the conversation.
    Granted,
}

/// The result of looking up a conversation for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationLookup {
    /// The conversation does not exist.
    Missing,
    /// The conversation exists, and the user may not read it.
    NotAParticipant,
    /// The conversation, in which the user is a participant or a guardian of one.
    Found(Box<ConversationDetails>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(kind: ConversationKind) -> Conversation {
        Conversation {
            id: ConversationId::new(1),
            kind,
            name: Some("Chess club".to_owned()),
            avatar_url: Some("https://example.com/club.png".to_owned()),
            other: Some(Participant {
                user_id: UserId::new(2),
                name: "Abebe".to_owned(),
                avatar: Some("https://example.com/abebe.png".to_owned()),
                role: ParticipantRole::Member,
            }),
            unread_count: 0,
            participant_count: 2,
            last_message: None,
            guardians_can_read: false,
            is_read_only: false,
            is_muted: false,
            is_archived: false,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_direct_conversation_shows_the_other_participant() {
        let direct = conversation(ConversationKind::Direct);
        assert_eq!(direct.display_name(), Some("Abebe"));
        assert_eq!(direct.display_avatar(), Some("https://example.com/abebe.png"));
        let alone = Conversation { other: None, ..direct };
        assert_eq!((alone.display_name(), alone.display_avatar()), (None, None));
    }

    #[test]
    fn a_group_shows_its_own_name_and_picture() {
        let group = conversation(ConversationKind::Group);
        assert_eq!(group.display_name(), Some("Chess club"));
        assert_eq!(group.display_avatar(), Some("https://example.com/club.png"));
        let plain = Conversation { name: None, avatar_url: None, ..group };
        assert_eq!((plain.display_name(), plain.display_avatar()), (None, None));
    }

    #[test]
    fn kinds_and_roles_have_their_names_of_the_database() {
        for (kind, name) in [(ConversationKind::Direct, "direct"), (ConversationKind::Group, "group")] {
            assert_eq!((kind.as_str(), name.parse()), (name, Ok(kind)));
        }
        for (role, name) in [(ParticipantRole::Admin, "admin"), (ParticipantRole::Member, "member")] {
            assert_eq!((role.as_str(), name.parse()), (name, Ok(role)));
        }
    }
}
