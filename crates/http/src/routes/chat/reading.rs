//! `POST /chat/conversations/{id}/read` and `GET /chat/conversations/{id}/read-status`

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use astegni_domain::chat::ReadReceipt;
use astegni_domain::ids::{ConversationId, MessageId};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ChatCaller;
use crate::error::ApiError;
use crate::extract::{Body, Parse, PathId};
use crate::services::Services;
use crate::wire;

/// The messages that the caller has read.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MarkReadBody {
    /// Id of the last message that the caller has read; by default the latest one.
    #[schema(minimum = 1)]
    last_read_message_id: Option<i64>,
}

impl Parse for MarkReadBody {
    type Command = Option<MessageId>;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        Some(violations.check_some("last_read_message_id", self.last_read_message_id, MessageId::parse))
    }
}

/// The unread messages that remain.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkedReadBody {
    success: bool,
    conversation_id: i64,
    /// Number of messages by other participants that the caller has not read.
    unread_count: i64,
}

/// Mark a conversation as read
///
/// Marks the messages of a conversation as read by the caller, up to a message or to the end. Messages never become unread
/// again. The other participants learn of it unless the caller's settings turn read receipts off. Only participants can mark
/// a conversation.
#[utoipa::path(
    tag = "chat",
    request_body = MarkReadBody,
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses(
        (status = 200, description = "The number of unread messages that remain", body = MarkedReadBody),
        (status = 403, description = "The caller is not a participant in the conversation"),
        (status = 404, description = "The conversation does not exist, or has no such message"),
    ),
)]
#[post("/chat/conversations/{id}/read")]
pub(crate) async fn mark_conversation_read(
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
    Body(message): Body<MarkReadBody>,
) -> Result<Json<MarkedReadBody>, ApiError> {
    let conversation = services.chat.mark_read(&caller, ConversationId::new(id), message).await?.conversation;
    Ok(Json(MarkedReadBody {
        success: true,
        conversation_id: conversation.id.get(),
        unread_count: conversation.unread_count,
    }))
}

/// The place up to which a participant has read a conversation, as far as the participant lets others know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadReceiptBody {
    user_id: i64,
    /// Id of the last message read, null for none.
    last_read_message_id: Option<i64>,
    /// Place of that message in the conversation, 0 for none.
    last_read_seq: i64,
    /// RFC 3339 instant in UTC of the reading.
    last_read_at: Option<String>,
}

impl From<ReadReceipt> for ReadReceiptBody {
    fn from(receipt: ReadReceipt) -> Self {
        Self {
            user_id: receipt.user_id.get(),
            last_read_message_id: receipt.last_read_message_id.map(MessageId::get),
            last_read_seq: receipt.last_read_seq,
            last_read_at: receipt.last_read_at.map(wire::instant),
        }
    }
}

/// The read receipts of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadStatusBody {
    conversation_id: i64,
    /// Receipts by ascending user id.
    #[schema(max_items = 100)]
    participants: Vec<ReadReceiptBody>,
}

/// Get the read status of a conversation
///
/// Returns the place up to which each participant has read the conversation. It does not include what a participant read
/// while read receipts were turned off. Only those who can read the conversation can read its status.
#[utoipa::path(
    tag = "chat",
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses(
        (status = 200, description = "The read receipts of the participants", body = ReadStatusBody),
        (status = 403, description = "The caller may not read the conversation"),
        (status = 404, description = "The conversation does not exist"),
    ),
)]
#[get("/chat/conversations/{id}/read-status")]
pub(crate) async fn get_read_status(
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
) -> Result<Json<ReadStatusBody>, ApiError> {
    let receipts = services.chat.read_receipts(&caller, ConversationId::new(id)).await?;
    let participants = receipts.into_iter().map(ReadReceiptBody::from).collect();
    Ok(Json(ReadStatusBody { conversation_id: id, participants }))
}
