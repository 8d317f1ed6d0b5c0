//! Response bodies of chat.

use astegni_domain::accounts::Actor;
use astegni_domain::chat::{Conversation, Message, Participant, RequestCard};
use astegni_domain::ids::{MessageId, PackageId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, Code};
use crate::routes::requests::ScheduleBody;
use crate::wire::{self, Price};

/// Checks the `user_id` parameter that old clients send: only the access token identifies the user.
pub(super) fn check_user_id(claimed: Option<&str>, caller: &Actor) -> Result<(), ApiError> {
    match claimed {
        Some(claimed) if claimed != caller.user_id.to_string() => {
            Err(ApiError::new(Code::NotYourself, "user_id must be the id of the authenticated user"))
        }
        _ => Ok(()),
    }
}

/// A conversation as the caller sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
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
    participant_count: i64,
    is_muted: bool,
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
}

impl From<Participant> for ParticipantBody {
    fn from(participant: Participant) -> Self {
        Self { user_id: participant.user_id.get(), name: participant.name, avatar: participant.avatar }
    }
}

/// The session request shown with a `session_request` message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequestCardBody {
    session_request_id: i64,
    package_id: Option<i64>,
    tutor_id: i64,
    /// `student` or `parent`.
    requester_type: &'static str,
    /// Current status of the request.
    status: &'static str,
    #[serde(flatten)]
    schedule: ScheduleBody,
    year_range: Vec<i64>,
    months: Vec<String>,
    counter_offer_price: Option<Price>,
}

impl From<RequestCard> for RequestCardBody {
    fn from(card: RequestCard) -> Self {
        Self {
            session_request_id: card.request_id.get(),
            package_id: card.package_id.map(PackageId::get),
            tutor_id: card.tutor_id.get(),
            requester_type: card.requester_type.as_str(),
            status: card.status.as_str(),
            schedule: card.schedule.into(),
            year_range: card.year_range,
            months: card.months,
            counter_offer_price: card.counter_offer_price.map(Price),
        }
    }
}

/// A message as the caller sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MessageBody {
    id: i64,
    conversation_id: i64,
    /// Place in the conversation, from 1 without gaps.
    seq: i64,
    sender_user_id: i64,
    sender_name: String,
    /// URL of the sender's picture.
    sender_avatar: Option<String>,
    message_type: &'static str,
    /// Text, null after deletion.
    content: Option<String>,
    /// URL of the media, null after deletion.
    media_url: Option<String>,
    /// The session request of a `session_request` message.
    media_metadata: Option<RequestCardBody>,
    reply_to_id: Option<i64>,
    is_edited: bool,
    is_deleted: bool,
    is_mine: bool,
    /// `read` once all other participants have read the message, `sent` before.
    status: &'static str,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
    /// RFC 3339 instant in UTC of the last change.
    updated_at: String,
}

impl MessageBody {
    pub(super) fn new(message: Message, viewer: &Actor) -> Self {
        Self {
            id: message.id.get(),
            conversation_id: message.conversation_id.get(),
            seq: message.seq,
            sender_user_id: message.sender_user_id.get(),
            sender_name: message.sender_name,
            sender_avatar: message.sender_avatar,
            message_type: message.message_type.as_str(),
            content: message.content,
            media_url: message.media_url,
            media_metadata: message.request.map(RequestCardBody::from),
            reply_to_id: message.reply_to_id.map(MessageId::get),
            is_edited: message.is_edited,
            is_deleted: message.is_deleted,
            is_mine: message.sender_user_id == viewer.user_id,
            status: if message.is_read { "read" } else { "sent" },
            created_at: wire::instant(message.created_at),
            updated_at: wire::instant(message.updated_at),
        }
    }
}
