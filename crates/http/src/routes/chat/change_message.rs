//! `PUT /chat/messages/{id}` and `DELETE /chat/messages/{id}`

use actix_web::web::{Data, Json};
use actix_web::{delete, put};
use astegni_domain::chat::content;
use astegni_domain::ids::MessageId;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::caller::ChatCaller;
use super::message_body::WrittenMessageBody;
use super::send_message::MAX_MESSAGE_BYTES;
use crate::error::ApiError;
use crate::extract::{Body, Parse, PathId};
use crate::services::Services;

/// The new content of a message.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EditMessageBody {
    /// Text of the message, which is stored exactly as it is sent: 1 to 10 000 characters of Unicode, not only white space,
    /// without NUL.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 10_000, example = "Hello again")]
    content: Option<String>,
}

impl Parse for EditMessageBody {
    type Command = String;

    const MAX_BYTES: usize = MAX_MESSAGE_BYTES;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<String> {
        violations.require("content", self.content, content)
    }
}

/// Edit a message
///
/// Replaces the text of a message within 24 hours of its sending. Only the sender can edit a message, while allowed to send
/// messages to the conversation. The request body has at most 128 KiB.
#[utoipa::path(
    tag = "chat",
    request_body = EditMessageBody,
    params(("id" = i64, Path, description = "Id of the message")),
    responses(
        (status = 200, description = "The edited message", body = WrittenMessageBody),
        (status = 403, description = "The caller is not the sender (`sender_only`), may not send messages to the conversation (`not_a_participant`, `blocked_by_you`, `messages_not_accepted`), or the message is the platform's (`message_not_changeable`)"),
        (status = 404, description = "The message does not exist, or the other user is hidden from the caller"),
        (status = 409, description = "The message is deleted (`message_deleted`), or older than 24 hours (`edit_window_closed`)"),
        (status = 413, description = "The body is larger than 128 KiB"),
    ),
)]
#[put("/chat/messages/{id}")]
pub(crate) async fn update_message(
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
    Body(content): Body<EditMessageBody>,
) -> Result<Json<WrittenMessageBody>, ApiError> {
    let message = services.chat.edit(&caller, MessageId::new(id), content).await?;
    Ok(Json(WrittenMessageBody::new(message, caller.user_id, "edited")))
}

/// Delete a message
///
/// Deletes the content of a message for all participants. Its place in the conversation remains. Only the sender can delete
/// a message. Succeeds if it is deleted already.
#[utoipa::path(
    tag = "chat",
    params(("id" = i64, Path, description = "Id of the message")),
    responses(
        (status = 200, description = "The message without its content", body = WrittenMessageBody),
        (status = 403, description = "The caller is not the sender (`sender_only`) or not a participant (`not_a_participant`), or the message is the platform's (`message_not_changeable`)"),
        (status = 404, description = "The message does not exist"),
    ),
)]
#[delete("/chat/messages/{id}")]
pub(crate) async fn delete_message(
    services: Data<Services>,
    caller: ChatCaller,
    PathId(id): PathId,
) -> Result<Json<WrittenMessageBody>, ApiError> {
    let message = services.chat.delete(&caller, MessageId::new(id)).await?;
    Ok(Json(WrittenMessageBody::new(message, caller.user_id, "deleted")))
}
