//! Response bodies with messages.

use std::borrow::Cow;

use astegni_domain::chat::{Message, RequestCard};
use astegni_domain::ids::{MessageId, PackageId, UserId};
use serde::Serialize;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::routes::requests::ScheduleBody;
use crate::wire::{self, Price, StoredJson};

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

/// The object that comes with a message.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum MetadataBody {
    Request(Box<RequestCardBody>),
    Sent(StoredJson),
}

// The derived schema would be a `oneOf`, and a request card is any object as well.
impl PartialSchema for MetadataBody {
    fn schema() -> RefOr<Schema> {
        let card = utoipa::openapi::Ref::from_schema_name(RequestCardBody::name());
        let description = "The object that comes with a message.";
        AnyOfBuilder::new().description(Some(description)).item(card).item(ObjectBuilder::new()).into()
    }
}

impl ToSchema for MetadataBody {
    fn name() -> Cow<'static, str> {
        "MetadataBody".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((RequestCardBody::name().into_owned(), RequestCardBody::schema()));
        RequestCardBody::schemas(schemas);
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
    /// `text`, `image`, `audio`, `video`, `file`, `location`, `gif`, `system` or `session_request`.
    message_type: &'static str,
    /// Text, null after deletion.
    content: Option<String>,
    /// URL of the media, null after deletion.
    media_url: Option<String>,
    /// The session request of a `session_request` message, or else the object that was sent with the message. In a
    /// `system` message, it states the kind of the notice and the users concerned. Null after deletion.
    media_metadata: Option<MetadataBody>,
    /// Id of the message that this one replies to.
    reply_to_id: Option<i64>,
    /// The sender's own id of the message, null for everyone else.
    client_message_id: Option<String>,
    is_edited: bool,
    /// RFC 3339 instant in UTC of the latest edit.
    edited_at: Option<String>,
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
    /// Renders a message for one participant, or guardian of one.
    pub(crate) fn new(message: Message, viewer: UserId) -> Self {
        let request = message.request.map(|card| MetadataBody::Request(Box::new(card.into())));
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
            media_metadata: request.or(message.metadata.map(|json| MetadataBody::Sent(StoredJson(json)))),
            reply_to_id: message.reply_to_id.map(MessageId::get),
            client_message_id: message.client_message_id.filter(|_| message.sender_user_id == viewer),
            is_edited: message.edited_at.is_some(),
            edited_at: message.edited_at.map(wire::instant),
            is_deleted: message.is_deleted,
            is_mine: message.sender_user_id == viewer,
            status: if message.is_read { "read" } else { "sent" },
            created_at: wire::instant(message.created_at),
            updated_at: wire::instant(message.updated_at),
        }
    }
}

/// A response to a change of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WrittenMessageBody {
    message: MessageBody,
    /// The outcome: `sent`, `edited` or `deleted`.
    status: &'static str,
    /// Id of the message.
    id: i64,
}

impl WrittenMessageBody {
    pub(super) fn new(message: Message, viewer: UserId, status: &'static str) -> Self {
        let id = message.id.get();
        Self { message: MessageBody::new(message, viewer), status, id }
    }
}
