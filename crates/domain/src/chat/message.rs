//! Messages as the participants of their conversation see them.

use chrono::{DateTime, Utc};

use crate::ids::{ConversationId, MessageId, PackageId, RequestId, TutorId, UserId};
use crate::money::Money;
use crate::requests::{RequestStatus, RequesterType, ScheduleFields};

/// The type of a message's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the other variants are media types")]
pub enum MessageType {
    Text,
    Image,
    Audio,
    Video,
    File,
    Location,
    Gif,
    /// A notice of the platform, in the name of the user who caused it.
    System,
    /// A session request, with a [`RequestCard`].
    SessionRequest,
}

impl MessageType {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether users send messages of this type, and may change them. The others are the platform's.
    pub fn is_content(self) -> bool {
        !matches!(self, Self::System | Self::SessionRequest)
    }

    /// Returns whether a message of this type shows the session request that it refers to.
    pub fn shows_request(self) -> bool {
        self == Self::SessionRequest
    }
}

/// The session request shown with a `session_request` message: the terms as they were sent, and the current status.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a session request")]
pub struct RequestCard {
    pub request_id: RequestId,
    pub package_id: Option<PackageId>,
    pub tutor_id: TutorId,
    pub requester_type: RequesterType,
    /// The status at the time of reading.
    pub status: RequestStatus,
    pub schedule: ScheduleFields,
    pub year_range: Vec<i64>,
    pub months: Vec<String>,
    pub counter_offer_price: Option<Money>,
}

/// A message as one participant of its conversation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "ids and the sender's fields need no further words")]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    /// The place in the conversation, from 1 without gaps. Its order is that of `created_at`.
    pub seq: i64,
    pub sender_user_id: UserId,
    pub sender_name: String,
    /// The URL of the sender's picture.
    pub sender_avatar: Option<String>,
    pub message_type: MessageType,
    /// The text, `None` in a tombstone.
    pub content: Option<String>,
    /// The URL of the media, `None` in a tombstone.
    pub media_url: Option<String>,
    /// A JSON object: the sender's own metadata, or a notice's kind and users. `None` in a tombstone.
    pub metadata: Option<String>,
    /// The request shown with a `session_request` message.
    pub request: Option<RequestCard>,
    /// The message that this one replies to.
    pub reply_to_id: Option<MessageId>,
    /// The sender's own id of the message.
    pub client_message_id: Option<String>,
    /// The instant of the sender's latest edit of the content.
    pub edited_at: Option<DateTime<Utc>>,
    /// Whether the message is a tombstone.
    pub is_deleted: bool,
    /// Whether all other participants have read the message.
    pub is_read: bool,
    /// The instant of sending.
    pub created_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
}

/// Returns the content of a message, or `None` if the message is a tombstone.
pub fn unless_deleted(content: Option<String>, is_deleted: bool) -> Option<String> {
    content.filter(|_| !is_deleted)
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn only_session_requests_show_their_request() {
        for message_type in MessageType::VARIANTS {
            assert_eq!(message_type.shows_request(), *message_type == MessageType::SessionRequest);
            assert_eq!(message_type.as_str().parse(), Ok(*message_type));
        }
        assert_eq!(MessageType::SessionRequest.as_str(), "session_request");
    }

    #[test]
    fn a_tombstone_has_no_content() {
        let content = || Some("Hello".to_owned());
        assert_eq!(unless_deleted(content(), false), content());
        assert_eq!(unless_deleted(content(), true), None);
        assert_eq!(unless_deleted(None, false), None);
    }
}
