//! The wire format of events.

use astegni_domain::events::{Cursor, LoggedEvent, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::chat::MessageBody;
use crate::wire;

/// An event in the caller's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventBody {
    /// Position in the log, from 1 without gaps.
    #[schema(value_type = i64)]
    cursor: Cursor,
    /// Kind of the change, such as `message.sent`.
    #[serde(rename = "type")]
    #[schema(example = "message.sent")]
    kind: &'static str,
    data: EventSubject,
    /// RFC 3339 instant in UTC of the change.
    created_at: String,
}

/// The thing that has changed. The fields depend on the first part of the event's `type`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum EventSubject {
    /// Subject of `message.sent`, `message.edited` and `message.deleted`.
    #[schema(title = "MessageEvent")]
    Message {
        conversation_id: i64,
        message_id: i64,
        /// The message as it reads at delivery; null if the caller no longer participates in the conversation.
        message: Option<Box<MessageBody>>,
    },
    /// Subject of `message.read`.
    #[schema(title = "ReadEvent")]
    ReadMarker {
        conversation_id: i64,
        /// The participant who has read the conversation.
        user_id: i64,
        /// `seq` of the latest message that the participant has read.
        last_read_seq: i64,
    },
    /// Subject of `session.created`.
    #[schema(title = "SessionsEvent")]
    Sessions {
        request_id: i64,
        enrolled_courses_id: i64,
        /// Number of booked sessions.
        sessions_created: i64,
    },
    /// Subject of `session.changed` and `session.cancelled`.
    #[schema(title = "SessionEvent")]
    Session {
        /// The session; the first one of several that were changed at once.
        session_id: i64,
        enrolled_courses_id: i64,
        /// Number of sessions of the course that were changed at once.
        sessions_changed: i64,
        /// Status after the change.
        status: &'static str,
    },
    /// Subject of `request.sent`, `request.answered`, `request.withdrawn` and `request.expired`.
    #[schema(title = "RequestEvent")]
    Request {
        request_id: i64,
        /// Status after the change.
        status: &'static str,
    },
    /// Subject of `connection.requested`, `connection.accepted` and `connection.ended`.
    #[schema(title = "ConnectionEvent")]
    Connection {
        connection_id: i64,
        /// `follow` or `friend`.
        connection_type: &'static str,
        /// The other user.
        user_id: i64,
    },
    /// Subject of `guardianship.changed`.
    #[schema(title = "GuardianshipEvent")]
    Guardianship {
        guardianship_id: i64,
        /// Status after the change.
        status: &'static str,
    },
    /// Subject of `conversation.changed`.
    #[schema(title = "ConversationEvent")]
    Conversation { conversation_id: i64 },
}

impl From<LoggedEvent> for EventBody {
    fn from(event: LoggedEvent) -> Self {
        let reader = event.reader;
        let data = match event.subject {
            Subject::Message { conversation, message } => EventSubject::Message {
                conversation_id: conversation.get(),
                message_id: message.get(),
                message: event.message.map(|message| Box::new(MessageBody::new(*message, reader))),
            },
            Subject::ReadMarker { conversation, reader, last_read_seq } => {
                EventSubject::ReadMarker { conversation_id: conversation.get(), user_id: reader.get(), last_read_seq }
            }
            Subject::Conversation { conversation } => {
                EventSubject::Conversation { conversation_id: conversation.get() }
            }
            Subject::Request { request, status } => {
                EventSubject::Request { request_id: request.get(), status: status.as_str() }
            }
            Subject::Sessions { request, course, count } => EventSubject::Sessions {
                request_id: request.get(),
                enrolled_courses_id: course.get(),
                sessions_created: count,
            },
            Subject::Session { session, course, count, status } => EventSubject::Session {
                session_id: session.get(),
                enrolled_courses_id: course.get(),
                sessions_changed: count,
                status: status.as_str(),
            },
            Subject::Connection { connection, kind, with } => EventSubject::Connection {
                connection_id: connection.get(),
                connection_type: kind.as_str(),
                user_id: with.get(),
            },
            Subject::Guardianship { guardianship, status } => {
                EventSubject::Guardianship { guardianship_id: guardianship.get(), status: status.as_str() }
            }
        };
        Self { cursor: event.cursor, kind: event.kind.as_str(), data, created_at: wire::instant(event.created_at) }
    }
}

impl EventBody {
    /// Returns the position in the log.
    pub(crate) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Returns the name of the event's kind.
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }
}
