//! Conversations and messages on the wire.

use astegni_domain::accounts::Actor;
use astegni_domain::chat::{Conversation, Message, Participant, RequestCard};
use astegni_domain::ids::{MessageId, PackageId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, Code};
use crate::wire::{self, Price};

/// Old chat clients repeat who they are in the query; nobody may say to be somebody else.
pub(super) fn check_repeated_user(claimed: Option<&str>, caller: &Actor) -> Result<(), ApiError> {
    match claimed {
        Some(claimed) if claimed != caller.user_id.to_string() => {
            Err(ApiError::new(Code::NotYourself, "user_id is not yours"))
        }
        _ => Ok(()),
    }
}

/// A conversation as you see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ConversationBody {
    id: i64,
    /// `direct` or `group`.
    #[serde(rename = "type")]
    kind: &'static str,
    name: Option<String>,
    /// The name to show.
    display_name: Option<String>,
    /// The picture to show.
    avatar: Option<String>,
    avatar_url: Option<String>,
    other_user_id: Option<i64>,
    unread_count: i64,
    last_message: Option<String>,
    last_message_content: Option<String>,
    last_message_type: Option<&'static str>,
    last_message_sender_user_id: Option<i64>,
    /// Instant.
    last_message_time: Option<String>,
    participant_count: i64,
    is_muted: bool,
    is_archived: bool,
    /// Instant.
    created_at: String,
    /// Instant.
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

/// Somebody who takes part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ParticipantBody {
    user_id: i64,
    name: String,
    avatar: Option<String>,
}

impl From<Participant> for ParticipantBody {
    fn from(participant: Participant) -> Self {
        Self { user_id: participant.user_id.get(), name: participant.name, avatar: participant.avatar }
    }
}

/// What a `session_request` message carries along.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RequestCardBody {
    session_request_id: i64,
    package_id: Option<i64>,
    tutor_id: i64,
    requester_type: &'static str,
    /// Where the request stands now.
    status: &'static str,
    schedule_type: Option<&'static str>,
    year_range: Vec<i64>,
    months: Vec<String>,
    days: Vec<String>,
    specific_dates: Vec<String>,
    start_time: Option<String>,
    end_time: Option<String>,
    counter_offer_price: Option<Price>,
}

impl From<RequestCard> for RequestCardBody {
    fn from(card: RequestCard) -> Self {
        Self {
            session_request_id: card.request_id.get(),
            package_id: card.package_id.map(PackageId::get),
            tutor_id: card.tutor_id.get(),
            requester_type: card.requester_type,
            status: card.status.as_str(),
            schedule_type: card.schedule_type,
            year_range: card.year_range,
            months: card.months,
            days: card.days,
            specific_dates: card.specific_dates.into_iter().map(wire::date).collect(),
            start_time: card.start_time.map(wire::time),
            end_time: card.end_time.map(wire::time),
            counter_offer_price: card.counter_offer_price.map(Price),
        }
    }
}

/// A message as you see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MessageBody {
    id: i64,
    conversation_id: i64,
    /// Its place in the conversation, from 1 without gaps.
    seq: i64,
    sender_user_id: i64,
    sender_name: String,
    sender_avatar: Option<String>,
    message_type: &'static str,
    content: Option<String>,
    media_url: Option<String>,
    media_metadata: Option<RequestCardBody>,
    reply_to_id: Option<i64>,
    is_edited: bool,
    is_deleted: bool,
    is_mine: bool,
    /// `sent` or `read`.
    status: &'static str,
    /// Instant.
    created_at: String,
    /// Instant.
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
