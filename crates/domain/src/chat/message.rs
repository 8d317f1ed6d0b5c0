//! Messages.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::ids::{ConversationId, MessageId, PackageId, RequestId, TutorId, UserId};
use crate::money::Money;
use crate::requests::RequestStatus;

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MessageType {
    /// Words.
    Text,
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// A film.
    Video,
    /// Some other file.
    File,
    /// A place.
    Location,
    /// A moving picture.
    Gif,
    /// Something that the platform says, in the name of who made it happen.
    System,
    /// The ask for sessions, with a [`RequestCard`].
    SessionRequest,
}

impl MessageType {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a `session_request` message carries along: the request as it was sent, and where it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestCard {
    /// Which request.
    pub request_id: RequestId,
    /// The package asked for.
    pub package_id: Option<PackageId>,
    /// The tutor asked.
    pub tutor_id: TutorId,
    /// In what capacity it was sent.
    pub requester_type: &'static str,
    /// Where it stands now: it follows the request.
    pub status: RequestStatus,
    /// How times are given.
    pub schedule_type: Option<&'static str>,
    /// The old platform's years.
    pub year_range: Vec<i64>,
    /// The old platform's months.
    pub months: Vec<String>,
    /// English weekday names.
    pub days: Vec<String>,
    /// Civil dates.
    pub specific_dates: Vec<NaiveDate>,
    /// Wall clock.
    pub start_time: Option<NaiveTime>,
    /// Wall clock.
    pub end_time: Option<NaiveTime>,
    /// The price offered instead of the package's.
    pub counter_offer_price: Option<Money>,
}

/// A message as one participant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which message.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// Its place in the conversation, from 1 without gaps.
    pub seq: i64,
    /// Who said it.
    pub sender_user_id: UserId,
    /// Their name.
    pub sender_name: String,
    /// Their picture, a URL.
    pub sender_avatar: Option<String>,
    /// What kind.
    pub message_type: MessageType,
    /// The words.
    pub content: Option<String>,
    /// A URL.
    pub media_url: Option<String>,
    /// With a `session_request` message.
    pub request: Option<RequestCard>,
    /// The message that this one answers.
    pub reply_to_id: Option<MessageId>,
    /// Whether its words were changed.
    pub is_edited: bool,
    /// Whether it was taken back; its words are gone then.
    pub is_deleted: bool,
    /// Whether every other participant has read as far.
    pub is_read: bool,
    /// When it was said, an instant.
    pub created_at: DateTime<Utc>,
    /// When it last changed, an instant.
    pub updated_at: DateTime<Utc>,
}
