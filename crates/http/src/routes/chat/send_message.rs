//! `POST /chat/messages`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::chat::{
    MAX_METADATA, MessageDraft, MessageType, client_message_id, content, media_url, sendable_type,
};
use astegni_domain::ids::{ConversationId, MessageId};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::caller::ChatCaller;
use super::message_body::WrittenMessageBody;
use crate::error::ApiError;
use crate::extract::{Body, Parse};
use crate::services::Services;

/// The largest size of the body of a message in bytes. Some clients escape every character beyond ASCII, so that a character
/// of the content has up to 12 bytes.
pub(super) const MAX_MESSAGE_BYTES: usize = 128 * 1024;

/// A message to be sent. Each type of message needs its own content: `text` needs `content`; `location` needs `content` or
/// `media_metadata`; every other type needs `media_url`.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SendMessageBody {
    /// Id of the conversation.
    #[schema(required = true, nullable = false, minimum = 1, example = 1)]
    conversation_id: Option<i64>,
    /// `text`, `image`, `audio`, `video`, `file`, `location` or `gif`.
    #[schema(default = "text")]
    message_type: Option<String>,
    /// Text of the message, which is stored exactly as it is sent: 1 to 10 000 characters of Unicode, not only white space,
    /// without NUL.
    #[schema(min_length = 1, max_length = 10_000, example = "Hello")]
    content: Option<String>,
    /// Absolute `http` or `https` URL of the media.
    #[schema(max_length = 2000)]
    media_url: Option<String>,
    /// A JSON object that only clients interpret, with up to 8 KiB without white space.
    #[schema(value_type = Option<Object>)]
    media_metadata: Option<Box<RawValue>>,
    /// Id of the message of this conversation that this one replies to.
    #[schema(minimum = 1)]
    reply_to_id: Option<i64>,
    /// The caller's own id of the message: printable ASCII without spaces. A repeated request with the same id returns the
    /// message that was sent first.
    #[schema(min_length = 1, max_length = 100, example = "0197b6c2-7a40-7cc3-98c4-dc0c0c07398f")]
    client_message_id: Option<String>,
}

impl Parse for SendMessageBody {
    type Command = MessageDraft;

    const MAX_BYTES: usize = MAX_MESSAGE_BYTES;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<MessageDraft> {
        let conversation = violations.require("conversation_id", self.conversation_id, ConversationId::parse);
        let message_type = match self.message_type {
            Some(word) => violations.check("message_type", sendable_type(&word)),
            None => Some(MessageType::Text),
        };
        let content = violations.check_some("content", self.content, content);
        let media_url = violations.check_some("media_url", self.media_url, |input| media_url(&input));
        let metadata = violations.check_some("media_metadata", self.media_metadata, |input| metadata(input.get()));
        let reply_to = violations.check_some("reply_to_id", self.reply_to_id, MessageId::parse);
        let client_message_id = violations.check_some("client_message_id", self.client_message_id, client_message_id);
        let draft = MessageDraft {
            // A draft without a conversation is rejected after the check of its content.
            conversation: conversation.unwrap_or(ConversationId::new(0)),
            message_type: message_type?,
            content,
            media_url,
            metadata,
            reply_to,
            client_message_id,
        };
        draft.check(violations);
        Some(draft)
    }
}

/// Parses the metadata of a message: a JSON object, which is kept as it is without white space between its tokens.
fn metadata(json: &str) -> Result<String, Invalid> {
    match serde_json::from_str::<Map<String, Value>>(json) {
        Ok(_) => {}
        Err(error) if error.is_data() => return Err(Invalid::new("invalid_type", "must be an object")),
        Err(_) => {
            let reason = "must not be nested too deeply, and must contain numbers in range and valid Unicode";
            return Err(Invalid::new("invalid_json", reason));
        }
    }
    let compact = compact(json);
    if compact.len() > MAX_METADATA {
        return Err(Invalid::new("too_long", format!("must have at most {} KiB", MAX_METADATA / 1024)));
    }
    Ok(compact)
}

/// Removes the white space between the tokens of a JSON text. Parsing it into numbers would round them.
fn compact(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let is_kept = |c: &char| {
        if !in_string {
            in_string = *c == '"';
            return !c.is_ascii_whitespace();
        }
        in_string = is_escaped || *c != '"';
        is_escaped = !is_escaped && *c == '\\';
        true
    };
    json.chars().filter(is_kept).collect()
}

/// Send a message
///
/// Sends a message to a conversation. Only participants can send messages. In a direct conversation, the other user must
/// not be blocked, and must accept messages from the caller or have written to the caller before. The request body has at
/// most 128 KiB.
#[utoipa::path(
    tag = "chat",
    request_body = SendMessageBody,
    responses(
        (status = 200, description = "The message, new or sent before with the same `client_message_id`", body = WrittenMessageBody),
        (status = 403, description = "The caller is not a participant (`not_a_participant`), has blocked the other user (`blocked_by_you`), or is not accepted by the user's settings (`messages_not_accepted`)"),
        (status = 404, description = "The conversation does not exist, or the other user is hidden from the caller"),
        (status = 413, description = "The body is larger than 128 KiB"),
    ),
)]
#[post("/chat/messages")]
pub(crate) async fn send_message(
    services: Data<Services>,
    caller: ChatCaller,
    Body(draft): Body<SendMessageBody>,
) -> Result<Json<WrittenMessageBody>, ApiError> {
    let message = services.chat.send(&caller, draft).await?;
    Ok(Json(WrittenMessageBody::new(message, caller.user_id, "sent")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_kept_without_white_space_between_tokens() {
        let json = "{ \"lat\" : 9.03201840000000001,\n\t\"place\": \"a \\\"b\\\\\" , \"big\":12345678901234567890123 }";
        let expected = "{\"lat\":9.03201840000000001,\"place\":\"a \\\"b\\\\\",\"big\":12345678901234567890123}";
        assert_eq!(metadata(json).as_deref(), Ok(expected));
        assert_eq!(metadata("{}").as_deref(), Ok("{}"));
    }

    #[test]
    fn metadata_is_an_object_of_at_most_8_kib() {
        let code = |json: &str| metadata(json).map_err(|reason| reason.code);
        for json in ["[]", "7", "\"{}\"", "true"] {
            assert_eq!(code(json), Err("invalid_type"), "{json}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(500), "]".repeat(500));
        for json in [deep.as_str(), r#"{"a":"\ud83d"}"#, r#"{"a":1e999}"#] {
            assert_eq!(code(json), Err("invalid_json"), "{json}");
        }
        let padded = |length: usize| format!("{{\"a\": \"{}\"}}", "x".repeat(length - 8));
        assert!(code(&padded(MAX_METADATA)).is_ok());
        assert_eq!(code(&padded(MAX_METADATA + 1)), Err("too_long"));
    }
}
