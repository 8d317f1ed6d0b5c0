//! The stored form of an event's subject: a JSON object of ids.

use astegni_domain::events::{EventKind, Subject};
use astegni_domain::ids::{
    ConnectionId, ConversationId, CourseId, GuardianshipId, MessageId, RequestId, SessionId, UserId,
};
use serde::{Deserialize, Serialize};

use crate::columns::parse_optional_column;
use crate::error::StoreError;

const COLUMN: &str = "events.data";

/// The fields of all subjects.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    course_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guardianship_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

/// Writes a subject.
pub(super) fn encode(subject: &Subject) -> String {
    let fields = match *subject {
        Subject::Message { conversation, message } => {
            Fields { conversation_id: Some(conversation.get()), message_id: Some(message.get()), ..Fields::default() }
        }
        Subject::ReadMarker { conversation, reader, last_read_seq } => Fields {
            conversation_id: Some(conversation.get()),
            user_id: Some(reader.get()),
            seq: Some(last_read_seq),
            ..Fields::default()
        },
        Subject::Conversation { conversation } => {
            Fields { conversation_id: Some(conversation.get()), ..Fields::default() }
        }
        Subject::Request { request, status } => {
            Fields { request_id: Some(request.get()), status: Some(status.as_str().to_owned()), ..Fields::default() }
        }
        Subject::Sessions { request, course, count } => Fields {
            request_id: Some(request.get()),
            course_id: Some(course.get()),
            count: Some(count),
            ..Fields::default()
        },
        Subject::Session { session, course, count, status } => Fields {
            session_id: Some(session.get()),
            course_id: Some(course.get()),
            count: Some(count),
            status: Some(status.as_str().to_owned()),
            ..Fields::default()
        },
        Subject::Connection { connection, kind, with } => Fields {
            connection_id: Some(connection.get()),
            kind: Some(kind.as_str().to_owned()),
            user_id: Some(with.get()),
            ..Fields::default()
        },
        Subject::Guardianship { guardianship, status } => Fields {
            guardianship_id: Some(guardianship.get()),
            status: Some(status.as_str().to_owned()),
            ..Fields::default()
        },
    };
    // A structure of numbers and strings can always be written.
    serde_json::to_string(&fields).unwrap_or_default()
}

/// Reads the subject of an event of a kind.
pub(super) fn decode(kind: EventKind, data: &str) -> Result<Subject, StoreError> {
    let corrupt = || StoreError::Corrupt { column: COLUMN, value: data.to_owned() };
    let fields: Fields = serde_json::from_str(data).map_err(|_| corrupt())?;
    let id = |field: Option<i64>| field.ok_or_else(corrupt);
    let conversation = || id(fields.conversation_id).map(ConversationId::new);
    let request = || id(fields.request_id).map(RequestId::new);
    let user = || id(fields.user_id).map(UserId::new);
    let status = fields.status.as_deref();
    Ok(match kind {
        EventKind::MessageSent | EventKind::MessageEdited | EventKind::MessageDeleted => {
            Subject::Message { conversation: conversation()?, message: id(fields.message_id).map(MessageId::new)? }
        }
        EventKind::MessageRead => {
            Subject::ReadMarker { conversation: conversation()?, reader: user()?, last_read_seq: id(fields.seq)? }
        }
        EventKind::ConversationChanged => Subject::Conversation { conversation: conversation()? },
        EventKind::RequestSent
        | EventKind::RequestAnswered
        | EventKind::RequestWithdrawn
        | EventKind::RequestExpired => Subject::Request {
            request: request()?,
            status: parse_optional_column(COLUMN, status)?.ok_or_else(corrupt)?,
        },
        EventKind::SessionCreated => Subject::Sessions {
            request: request()?,
            course: id(fields.course_id).map(CourseId::new)?,
            count: id(fields.count)?,
        },
        EventKind::SessionChanged | EventKind::SessionCancelled => Subject::Session {
            session: id(fields.session_id).map(SessionId::new)?,
            course: id(fields.course_id).map(CourseId::new)?,
            count: id(fields.count)?,
            status: parse_optional_column(COLUMN, status)?.ok_or_else(corrupt)?,
        },
        EventKind::ConnectionRequested | EventKind::ConnectionAccepted | EventKind::ConnectionEnded => {
            Subject::Connection {
                connection: id(fields.connection_id).map(ConnectionId::new)?,
                kind: parse_optional_column(COLUMN, fields.kind.as_deref())?.ok_or_else(corrupt)?,
                with: user()?,
            }
        }
        EventKind::GuardianshipChanged => Subject::Guardianship {
            guardianship: id(fields.guardianship_id).map(GuardianshipId::new)?,
            status: parse_optional_column(COLUMN, status)?.ok_or_else(corrupt)?,
        },
    })
}
