//! Writes of messages, which other contexts call within their own transactions.

use astegni_domain::chat::{ConversationKind, MessageType, ParticipantRole};
use astegni_domain::ids::UserId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Timestamp};

use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::Statement;

/// A message about to be sent in the direct conversation of two users.
pub(crate) struct NewMessage<'a> {
    pub(crate) sender: UserId,
    pub(crate) recipient: UserId,
    pub(crate) message_type: MessageType,
    pub(crate) content: &'a str,
    /// The session request that the message is about.
    pub(crate) request: Option<i64>,
    /// The writer's clock.
    pub(crate) at: DateTime<Utc>,
}

/// The ids of a message and of its conversation.
pub(crate) struct SentMessage {
    pub(crate) conversation: i64,
    pub(crate) message: i64,
}

/// A place at the end of a conversation, which stays locked until the transaction ends.
type Place = (i64, i64, NaiveDateTime);

/// Appends a message to the direct conversation of its sender and its recipient, which the sender creates if there is
/// none.
pub(crate) fn send_direct(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<SentMessage, StoreError> {
    let (conversation, seq, at) = match next_place(conn, message)? {
        Some(place) => place,
        None => start_conversation(conn, message)?,
    };
    let text = "INSERT INTO chat_messages (conversation_id, seq, sender_user_id, message_type, content, \
        session_request_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
    let id: Option<i64> = Statement::<BigInt>::new(text)
        .bind_all([conversation, seq, message.sender.get()])
        .bind(message.message_type.as_str())
        .bind(message.content)
        .bind(message.request)
        .bind(at)
        .bind(at)
        .first(conn)?;
    Ok(SentMessage { conversation, message: id.ok_or(StoreError::Conflict)? })
}

/// Takes the next place in an existing conversation.
///
/// The update locks the conversation's row until the transaction ends, so that places have no gaps. The message's
/// instant is settled under that lock: it is the previous message's where the writer's clock is behind, because the
/// writer waited for the lock or its clock is slow. Instants are therefore in the order of places.
fn next_place(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<Option<Place>, StoreError> {
    let text = "UPDATE conversations SET last_seq = last_seq + 1, \
        last_message_at = CASE WHEN last_message_at > ? THEN last_message_at ELSE ? END, \
        updated_at = CASE WHEN updated_at > ? THEN updated_at ELSE ? END \
        WHERE direct_user_low = ? AND direct_user_high = ? RETURNING id, last_seq, last_message_at";
    let (low, high) = pair(message);
    let place = Statement::<(BigInt, BigInt, Timestamp)>::new(text)
        .bind_all([message.at.naive_utc(); 4])
        .bind_all([low, high])
        .first(conn)?;
    Ok(place)
}

/// Creates the conversation, or takes the next place in the one that another transaction has created meanwhile.
fn start_conversation(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<Place, StoreError> {
    let (low, high) = pair(message);
    let at = message.at.naive_utc();
    let text = "INSERT INTO conversations (type, created_by_user_id, direct_user_low, direct_user_high, last_seq, \
        last_message_at, created_at, updated_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?) \
        ON CONFLICT (direct_user_low, direct_user_high) DO NOTHING RETURNING id";
    let created: Option<i64> = Statement::<BigInt>::new(text)
        .bind(ConversationKind::Direct.as_str())
        .bind_all([message.sender.get(), low, high])
        .bind_all([at; 3])
        .first(conn)?;
    if let Some(conversation) = created {
        let member = ParticipantRole::Member.as_str();
        let text = "INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at) \
            VALUES (?, ?, ?, ?), (?, ?, ?, ?)";
        let join = |statement: Statement<'static>, user: i64| {
            statement.bind_all([conversation, user]).bind(member).bind(at)
        };
        join(join(Statement::new(text), low), high).execute(conn)?;
    }
    next_place(conn, message)?.ok_or(StoreError::Conflict)
}

/// Returns the participants, the lower id first.
fn pair(message: &NewMessage<'_>) -> (i64, i64) {
    let (sender, recipient) = (message.sender, message.recipient);
    (sender.min(recipient).get(), sender.max(recipient).get())
}
