//! Writes of messages, which other contexts call within their own transactions.

use astegni_domain::chat::{ConversationKind, MessageType, ParticipantRole};
use astegni_domain::ids::UserId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{Statement, With};

/// A message about to be sent in the direct conversation of two users.
#[derive(Clone, Copy)]
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

/// The SQL type of a [`Place`].
type PlaceColumns = (BigInt, BigInt, Timestamp);

/// Appends a message to the direct conversation of its sender and its recipient, which the sender creates if there is
/// none.
pub(crate) fn send_direct(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<SentMessage, StoreError> {
    match append(conn, message)? {
        Some(sent) => Ok(sent),
        None => send_first(conn, message),
    }
}

/// Inserts a session request and sends a message about it like [`send_direct`]. Returns the ids of both. `request` is the
/// statement that inserts the request and returns its id.
pub(crate) fn send_request(
    conn: &mut AnyConnection,
    request: Statement<'_, BigInt>,
    message: &NewMessage<'_>,
) -> Result<(i64, SentMessage), StoreError> {
    if !dialect::has_writing_ctes(conn) {
        let request: i64 = request.first(conn)?.ok_or(StoreError::Conflict)?;
        return Ok((request, send_direct(conn, &NewMessage { request: Some(request), ..*message })?));
    }
    let (request, sent) = append_about(conn, request, message)?;
    let request = request.ok_or(StoreError::Conflict)?;
    match sent {
        Some(sent) => Ok((request, sent)),
        None => Ok((request, send_first(conn, &NewMessage { request: Some(request), ..*message })?)),
    }
}

/// Appends a message to a conversation that did not exist.
fn send_first(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<SentMessage, StoreError> {
    start_conversation(conn, message)?;
    append(conn, message)?.ok_or(StoreError::Conflict)
}

/// Appends a message to an existing conversation.
fn append(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<Option<SentMessage>, StoreError> {
    let request = Statement::<BigInt>::new("VALUES (?)").bind(message.request);
    if dialect::has_writing_ctes(conn) {
        return Ok(append_about(conn, request, message)?.1);
    }
    let place: Option<Place> = next_place(message, "").first(conn)?;
    let Some((conversation, seq, at)) = place else { return Ok(None) };
    let place = Statement::<PlaceColumns>::new("VALUES (?, ?, ?)").bind_all([conversation, seq]).bind(at);
    let statement = With::new(REQUEST, request).and(PLACE, place).then(insert_message(message));
    let row: Option<(i64, i64)> = statement.first(conn)?;
    Ok(row.map(sent))
}

/// Appends a message about the request whose id another statement returns, in one statement. Returns that id, and no
/// message if there is no conversation.
fn append_about(
    conn: &mut AnyConnection,
    request: Statement<'_, BigInt>,
    message: &NewMessage<'_>,
) -> Result<(Option<i64>, Option<SentMessage>), StoreError> {
    type Columns = (Nullable<BigInt>, Nullable<(BigInt, BigInt)>);
    type Row = (Option<i64>, Option<(i64, i64)>);
    let all = "SELECT request.request_id, message.conversation, message.id FROM request LEFT JOIN message ON TRUE";
    // The update reads the request, so that the request is written before the conversation is locked.
    let row: Option<Row> = With::new(REQUEST, request)
        .and(PLACE, next_place(message, "FROM request"))
        .and("message(conversation, id)", insert_message(message))
        .then(Statement::<Columns>::new(all))
        .first(conn)?;
    let (request, message) = row.unwrap_or_default();
    Ok((request, message.map(sent)))
}

/// The request that a message is about, which may be null.
const REQUEST: &str = "request(request_id)";

/// The columns of a [`Place`].
const PLACE: &str = "place(conversation, seq, at)";

/// Returns the statement that takes the next place in an existing conversation.
///
/// The update locks the conversation's row until the transaction ends, so that places have no gaps. The message's
/// instant is settled under that lock: it is the previous message's where the writer's clock is behind, because the
/// writer waited for the lock or its clock is slow. Instants are therefore in the order of places.
fn next_place(message: &NewMessage<'_>, from: &str) -> Statement<'static, PlaceColumns> {
    let text = format!(
        "UPDATE conversations SET last_seq = last_seq + 1, \
         last_message_at = CASE WHEN last_message_at > ? THEN last_message_at ELSE ? END, \
         updated_at = CASE WHEN updated_at > ? THEN updated_at ELSE ? END {from} \
         WHERE direct_user_low = ? AND direct_user_high = ? RETURNING id, last_seq, last_message_at"
    );
    let (low, high) = pair(message);
    Statement::new(text).bind_all([message.at.naive_utc(); 4]).bind_all([low, high])
}

/// Returns the statement that inserts a message about the request at the place, and returns the ids of its conversation
/// and itself.
fn insert_message<'a>(message: &NewMessage<'a>) -> Statement<'a, (BigInt, BigInt)> {
    let text = "INSERT INTO chat_messages (conversation_id, seq, session_request_id, sender_user_id, message_type, \
        content, created_at, updated_at) SELECT place.conversation, place.seq, request.request_id, ?, ?, ?, place.at, \
        place.at FROM place CROSS JOIN request RETURNING conversation_id, id";
    Statement::new(text).bind(message.sender.get()).bind(message.message_type.as_str()).bind(message.content)
}

fn sent((conversation, message): (i64, i64)) -> SentMessage {
    SentMessage { conversation, message }
}

/// Creates the conversation unless another transaction has created it meanwhile.
fn start_conversation(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<(), StoreError> {
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
        let join =
            |statement: Statement<'static>, user: i64| statement.bind_all([conversation, user]).bind(member).bind(at);
        join(join(Statement::new(text), low), high).execute(conn)?;
    }
    Ok(())
}

/// Returns the participants, the lower id first.
fn pair(message: &NewMessage<'_>) -> (i64, i64) {
    let (sender, recipient) = (message.sender, message.recipient);
    (sender.min(recipient).get(), sender.max(recipient).get())
}
