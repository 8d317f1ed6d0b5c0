//! Adding messages to conversations, which other contexts do within their own transactions.

use astegni_domain::chat::{ConversationKind, MessageType, NoticeKind, ParticipantRole};
use astegni_domain::ids::{ConversationId, MessageId, SessionId, UserId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::statement::{Statement, With};

/// A conversation to which a message is added.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// An existing conversation.
    Conversation(i64),
    /// The direct conversation with a recipient, which the sender creates if there is none.
    Direct(UserId),
}

/// A message about to be added.
#[derive(Clone, Copy)]
pub(crate) struct NewMessage<'a> {
    pub(crate) sender: UserId,
    pub(crate) target: Target,
    pub(crate) message_type: MessageType,
    pub(crate) content: Option<&'a str>,
    pub(crate) media_url: Option<&'a str>,
    /// A JSON object.
    pub(crate) metadata: Option<&'a str>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) client_message_id: Option<&'a str>,
    /// The session request that the message is about.
    pub(crate) request: Option<i64>,
    /// The writer's clock.
    pub(crate) at: DateTime<Utc>,
}

impl<'a> NewMessage<'a> {
    /// Creates a message that consists of text.
    pub(crate) fn text(
        sender: UserId,
        target: Target,
        message_type: MessageType,
        content: &'a str,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            sender,
            target,
            message_type,
            content: Some(content),
            media_url: None,
            metadata: None,
            reply_to: None,
            client_message_id: None,
            request: None,
            at,
        }
    }
}

/// Returns the metadata of a notice: its kind, and the users and sessions concerned.
pub(crate) fn notice_metadata(kind: NoticeKind, users: &[UserId], sessions: &[SessionId]) -> String {
    let users: Vec<i64> = users.iter().map(|user| user.get()).collect();
    let sessions: Vec<i64> = sessions.iter().map(|session| session.get()).collect();
    let mut fields = serde_json::Map::from_iter([("event".to_owned(), kind.as_str().into())]);
    for (name, ids) in [("user_ids", users), ("session_ids", sessions)] {
        if !ids.is_empty() {
            fields.insert(name.to_owned(), ids.into());
        }
    }
    serde_json::Value::Object(fields).to_string()
}

/// The ids of a message and of its conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentMessage {
    pub(crate) conversation: ConversationId,
    pub(crate) message: MessageId,
}

/// A place at the end of a conversation, which stays locked until the transaction ends.
type Place = (i64, i64, NaiveDateTime);

/// The SQL type of a [`Place`].
type PlaceColumns = (BigInt, BigInt, Timestamp);

/// Adds a message to its conversation. Fails with `Conflict` if its target is a conversation that does not exist.
pub(crate) fn send(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<SentMessage, StoreError> {
    let request = Statement::<BigInt>::new("VALUES (?)").bind(message.request);
    if dialect::has_writing_ctes(conn) {
        return Ok(send_with(conn, With::new(REQUEST, request), REQUEST_ID, message)?.1);
    }
    let place: Option<Place> = next_place(message, "").first(conn)?;
    match place {
        Some(place) => {
            With::new(PLACE, returned(place)).then(count(message)).execute(conn)?;
            insert_at(conn, place, request, message)
        }
        None => send_first(conn, message),
    }
}

/// Inserts a session request and sends a message about it like [`send`]. Returns the ids of both. `request` is the statement
/// that inserts the request and returns its id.
pub(crate) fn send_request(
    conn: &mut AnyConnection,
    request: Statement<'_, BigInt>,
    message: &NewMessage<'_>,
) -> Result<(i64, SentMessage), StoreError> {
    if dialect::has_writing_ctes(conn) {
        let (request, sent) = send_with(conn, With::new(REQUEST, request), REQUEST_ID, message)?;
        return Ok((request.ok_or(StoreError::Conflict)?, sent));
    }
    let request: i64 = request.first(conn)?.ok_or(StoreError::Conflict)?;
    Ok((request, send(conn, &NewMessage { request: Some(request), ..*message })?))
}

/// Runs other writes and sends a message like [`send`]; one statement does both where the conversation exists. The write
/// named [`REQUEST`] returns the request that the message is about. `id` is an expression over the writes, whose value is
/// returned as well. The database must have [writing CTEs](dialect::has_writing_ctes).
pub(crate) fn send_with<'a>(
    conn: &mut AnyConnection,
    writes: With<'a>,
    id: &str,
    message: &NewMessage<'a>,
) -> Result<(Option<i64>, SentMessage), StoreError> {
    type Columns = (Nullable<BigInt>, Nullable<BigInt>, Nullable<(BigInt, BigInt)>);
    type Row = (Option<i64>, Option<i64>, Option<(i64, i64)>);
    // The update reads the request, so that the request is written before the conversation is locked.
    let row: Option<Row> = writes
        .and(PLACE, next_place(message, "FROM request"))
        .and(MESSAGE, insert_message(message))
        .and("counted", count(message))
        .then(Statement::<Columns>::new(format!("SELECT {id}, {SENT}")))
        .first(conn)?;
    let (id, request, found) = row.ok_or(StoreError::Conflict)?;
    let sent = match found {
        Some(ids) => sent(ids),
        None => send_first(conn, &NewMessage { request, ..*message })?,
    };
    Ok((id, sent))
}

/// Creates the direct conversation with its participants, unless another transaction has created it meanwhile, and adds a
/// message to it.
fn send_first(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<SentMessage, StoreError> {
    let Target::Direct(recipient) = message.target else { return Err(StoreError::Conflict) };
    let request = Statement::<BigInt>::new("VALUES (?)").bind(message.request);
    if dialect::has_writing_ctes(conn) {
        let row: Option<(Option<i64>, (i64, i64))> = With::new(REQUEST, request)
            .and(PLACE, first_place(message, recipient))
            .and("joined", join(message, recipient))
            .and(MESSAGE, insert_message(message))
            .then(Statement::<(Nullable<BigInt>, (BigInt, BigInt))>::new(format!("SELECT {SENT}")))
            .first(conn)?;
        return row.map(|(_, ids)| sent(ids)).ok_or(StoreError::Conflict);
    }
    let place: Place = first_place(message, recipient).first(conn)?.ok_or(StoreError::Conflict)?;
    With::new(PLACE, returned(place)).then(join(message, recipient)).execute(conn)?;
    insert_at(conn, place, request, message)
}

/// Inserts a message about a request at a place.
fn insert_at(
    conn: &mut AnyConnection,
    place: Place,
    request: Statement<'_, BigInt>,
    message: &NewMessage<'_>,
) -> Result<SentMessage, StoreError> {
    let statement = With::new(REQUEST, request).and(PLACE, returned(place)).then(insert_message(message));
    let ids: Option<(i64, i64)> = statement.first(conn)?;
    ids.map(sent).ok_or(StoreError::Conflict)
}

/// Returns a statement that returns a place which another one has returned.
fn returned((conversation, seq, at): Place) -> Statement<'static, PlaceColumns> {
    Statement::new("VALUES (?, ?, ?)").bind_all([conversation, seq]).bind(at)
}

/// The request that a message is about, which may be null.
pub(crate) const REQUEST: &str = "request(request_id)";

/// The id of the [`REQUEST`].
const REQUEST_ID: &str = "request.request_id";

/// The columns of a [`Place`].
const PLACE: &str = "place(conversation, seq, at)";

/// The ids of an inserted message and of its conversation.
const MESSAGE: &str = "message(conversation, id)";

/// The columns and the source of a query for what was sent.
const SENT: &str = "request.request_id, message.conversation, message.id FROM request LEFT JOIN message ON TRUE";

/// Returns the statement that takes the next place in an existing conversation.
///
/// The update locks the conversation's row until the transaction ends, so that places have no gaps. The message's
/// instant is settled under that lock: it is the previous message's where the writer's clock is behind, because the
/// writer waited for the lock or its clock is slow. Instants are therefore in the order of places.
fn next_place(message: &NewMessage<'_>, from: &str) -> Statement<'static, PlaceColumns> {
    let which = match message.target {
        Target::Conversation(_) => "id = ?",
        Target::Direct(_) => "direct_user_low = ? AND direct_user_high = ?",
    };
    let text = format!(
        "UPDATE conversations SET last_seq = last_seq + 1, \
         last_message_at = CASE WHEN last_message_at > ? THEN last_message_at ELSE ? END, \
         updated_at = CASE WHEN updated_at > ? THEN updated_at ELSE ? END {from} \
         WHERE {which} RETURNING id, last_seq, last_message_at"
    );
    let statement = Statement::new(text).bind_all([message.at.naive_utc(); 4]);
    match message.target {
        Target::Conversation(id) => statement.bind(id),
        Target::Direct(recipient) => statement.bind_all(pair(message.sender, recipient)),
    }
}

/// Returns the statement that counts a message as unread for the participants other than its sender.
fn count(message: &NewMessage<'_>) -> Statement<'static> {
    let text = "UPDATE conversation_participants SET \
        unread_count = unread_count + CASE WHEN user_id = ? THEN 0 ELSE 1 END, has_written = has_written OR user_id = ? \
        FROM place WHERE conversation_id = place.conversation";
    Statement::new(text).bind_all([message.sender.get(); 2])
}

/// Returns the statement that inserts a message about the request at the place, and returns the ids of its conversation
/// and itself.
fn insert_message<'a>(message: &NewMessage<'a>) -> Statement<'a, (BigInt, BigInt)> {
    let text = "INSERT INTO chat_messages (conversation_id, seq, session_request_id, sender_user_id, message_type, \
        content, media_url, media_metadata, reply_to_id, client_message_id, created_at, updated_at) \
        SELECT place.conversation, place.seq, request.request_id, ?, ?, ?, ?, ?, ?, ?, place.at, place.at \
        FROM place CROSS JOIN request RETURNING conversation_id, id";
    Statement::new(text)
        .bind(message.sender.get())
        .bind(message.message_type.as_str())
        .bind_all([message.content, message.media_url, message.metadata])
        .bind(message.reply_to)
        .bind(message.client_message_id)
}

fn sent((conversation, message): (i64, i64)) -> SentMessage {
    SentMessage { conversation: ConversationId::new(conversation), message: MessageId::new(message) }
}

/// Returns the statement that creates the conversation and takes its first place. If there is one already, it takes the next
/// place, like [`next_place`].
fn first_place(message: &NewMessage<'_>, recipient: UserId) -> Statement<'static, PlaceColumns> {
    let text = "INSERT INTO conversations (type, created_by_user_id, direct_user_low, direct_user_high, last_seq, \
        last_message_at, created_at, updated_at) VALUES (?, ?, ?, ?, 1, ?, ?, ?) \
        ON CONFLICT (direct_user_low, direct_user_high) DO UPDATE SET last_seq = conversations.last_seq + 1, \
        last_message_at = CASE WHEN conversations.last_message_at > excluded.last_message_at \
        THEN conversations.last_message_at ELSE excluded.last_message_at END, \
        updated_at = CASE WHEN conversations.updated_at > excluded.updated_at \
        THEN conversations.updated_at ELSE excluded.updated_at END RETURNING id, last_seq, last_message_at";
    Statement::new(text)
        .bind(ConversationKind::Direct.as_str())
        .bind(message.sender.get())
        .bind_all(pair(message.sender, recipient))
        .bind_all([message.at.naive_utc(); 3])
}

/// Returns the statement by which sender and recipient join the conversation of the place, unless they have, and which
/// counts the message like [`count`].
fn join(message: &NewMessage<'_>, recipient: UserId) -> Statement<'static> {
    let text = "INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, unread_count, has_written) \
        SELECT place.conversation, u.id, ?, ?, CASE WHEN u.id = ? THEN 0 ELSE 1 END, u.id = ? \
        FROM place CROSS JOIN users u WHERE u.id IN (?, ?) ON CONFLICT (conversation_id, user_id) DO UPDATE SET \
        unread_count = conversation_participants.unread_count + excluded.unread_count, \
        has_written = conversation_participants.has_written OR excluded.has_written";
    Statement::new(text)
        .bind(ParticipantRole::Member.as_str())
        .bind(message.at.naive_utc())
        .bind_all([message.sender.get(); 2])
        .bind_all(pair(message.sender, recipient))
}

/// Returns two users, the lower id first.
pub(crate) fn pair(one: UserId, other: UserId) -> [i64; 2] {
    [one.min(other).get(), one.max(other).get()]
}
