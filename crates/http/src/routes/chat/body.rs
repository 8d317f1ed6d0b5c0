//! Response bodies with conversations.

use astegni_domain::chat::{Conversation, ConversationDetails, Participant};
use astegni_domain::ids::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A conversation as the caller sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(crate) struct ConversationBody {
    id: i64,
    /// `direct` or `group`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Name of a group.
    name: Option<String>,
    /// Name of the group or of the other participant.
    display_name: Option<String>,
    /// URL of the picture of the group or of the other participant.
    avatar: Option<String>,
    /// URL of the picture of a group.
    avatar_url: Option<String>,
    /// The other participant of a direct conversation.
    other_user_id: Option<i64>,
    /// Number of messages by other participants that the caller has not read.
    unread_count: i64,
    /// The same as `last_message_content`, for old clients.
    last_message: Option<String>,
    last_message_content: Option<String>,
    last_message_type: Option<&'static str>,
    last_message_sender_user_id: Option<i64>,
    /// RFC 3339 instant in UTC of the latest message.
    last_message_time: Option<String>,
    /// Number of participants, the caller included.
    participant_count: i64,
    /// Whether a participant has guardians who may read the conversation, as those of a student with a tutor may.
    guardians_can_read: bool,
    /// Whether the caller reads the conversation as the guardian of a participant, and cannot write.
    is_read_only: bool,
    /// Whether the caller has muted the conversation.
    is_muted: bool,
    /// Whether the caller has archived the conversation.
    is_archived: bool,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
}

impl From<Conversation> for ConversationBody {
    fn from(conversation: Conversation) -> Self {
        let last = conversation.last_message.as_ref();
        Self {
            id: conversation.id.get(),
            kind: conversation.kind.as_str(),
            display_name: conversation.display_name().map(str::to_owned),
            avatar: conversation.display_avatar().map(str::to_owned),
            other_user_id: conversation.other.as_ref().map(|other| UserId::get(other.user_id)),
            unread_count: conversation.unread_count,
            last_message: last.and_then(|message| message.content.clone()),
            last_message_content: last.and_then(|message| message.content.clone()),
            last_message_type: last.map(|message| message.message_type.as_str()),
            last_message_sender_user_id: last.map(|message| message.sender_user_id.get()),
            last_message_time: last.map(|message| wire::instant(message.created_at)),
            participant_count: conversation.participant_count,
            guardians_can_read: conversation.guardians_can_read,
            is_read_only: conversation.is_read_only,
            is_muted: conversation.is_muted,
            is_archived: conversation.is_archived,
            created_at: wire::instant(conversation.created_at),
            updated_at: wire::instant(conversation.updated_at),
            name: conversation.name,
            avatar_url: conversation.avatar_url,
        }
    }
}

/// A participant of a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ParticipantBody {
    user_id: i64,
    name: String,
    /// URL of the user's picture.
    avatar: Option<String>,
    /// `admin` or `member`. Admins may rename a group and manage its participants.
    role: &'static str,
}

impl From<Participant> for ParticipantBody {
    fn from(participant: Participant) -> Self {
        Self {
            user_id: participant.user_id.get(),
            name: participant.name,
            avatar: participant.avatar,
            role: participant.role.as_str(),
        }
    }
}

/// A conversation with its participants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationDetailsBody {
    #[serde(flatten)]
    conversation: ConversationBody,
    /// Participants by ascending user id.
    #[schema(max_items = 100)]
    participants: Vec<ParticipantBody>,
}

impl From<ConversationDetails> for ConversationDetailsBody {
    fn from(details: ConversationDetails) -> Self {
        Self {
            conversation: details.conversation.into(),
            participants: details.participants.into_iter().map(ParticipantBody::from).collect(),
        }
    }
}

/// A response with one conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationReadBody {
    conversation: ConversationDetailsBody,
}

impl From<ConversationDetails> for ConversationReadBody {
    fn from(details: ConversationDetails) -> Self {
        Self { conversation: details.into() }
    }
}
