//! Writes of conversations and messages, which other contexts call within their own transactions.

use astegni_domain::chat::{ConversationKind, MessageType, ParticipantRole};
use astegni_domain::ids::UserId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::case_when;
use diesel::prelude::*;

use crate::connection::AnyConnection;
use crate::dialect;
use crate::error::StoreError;
use crate::schema::{chat_messages, conversation_participants, conversations};

#[derive(Insertable)]
#[diesel(table_name = conversations)]
pub(crate) struct NewDirectConversation {
    #[diesel(column_name = kind)]
    kind: &'static str,
    created_by_user_id: i64,
    direct_user_low: i64,
    direct_user_high: i64,
    last_message_at: NaiveDateTime,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Returns the direct conversation of two users, which the first of them creates if there is none.
pub(crate) fn direct_conversation(
    conn: &mut AnyConnection,
    creator: UserId,
    other: UserId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let (low, high) = (creator.min(other).get(), creator.max(other).get());
    let existing = |conn: &mut AnyConnection| {
        conversations::table
            .filter(conversations::direct_user_low.eq(low))
            .filter(conversations::direct_user_high.eq(high))
            .select(conversations::id)
            .first::<i64>(conn)
            .optional()
    };
    if let Some(id) = existing(conn)? {
        return Ok(id);
    }
    let now = now.naive_utc();
    let row = NewDirectConversation {
        kind: ConversationKind::Direct.as_str(),
        created_by_user_id: creator.get(),
        direct_user_low: low,
        direct_user_high: high,
        last_message_at: now,
        created_at: now,
        updated_at: now,
    };
    let inserted = dialect::insert_direct_conversation(conn, &row)?;
    let id = existing(conn)?.ok_or(StoreError::Conflict)?;
    if inserted > 0 {
        for user in [low, high] {
            diesel::insert_into(conversation_participants::table)
                .values((
                    conversation_participants::conversation_id.eq(id),
                    conversation_participants::user_id.eq(user),
                    conversation_participants::role.eq(ParticipantRole::Member.as_str()),
                    conversation_participants::joined_at.eq(now),
                ))
                .execute(conn)?;
        }
    }
    Ok(id)
}

/// A message about to be appended to a conversation.
pub(crate) struct NewMessage<'a> {
    pub(crate) conversation: i64,
    pub(crate) sender: UserId,
    pub(crate) message_type: MessageType,
    pub(crate) content: &'a str,
    /// The session request that the message is about.
    pub(crate) request: Option<i64>,
    /// The writer's clock.
    pub(crate) at: DateTime<Utc>,
}

/// Appends a message to a conversation and returns its id.
///
/// The update locks the conversation's row until the transaction ends, so that places have no gaps. The message's
/// instant is settled under that lock: it is the previous message's where the writer's clock is behind, because the
/// writer waited for the lock or its clock is slow. Instants are therefore in the order of places.
pub(crate) fn append_message(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<i64, StoreError> {
    let clock = message.at.naive_utc();
    let (last_at, updated_at) = (conversations::last_message_at, conversations::updated_at);
    let (seq, at): (i64, NaiveDateTime) = diesel::update(conversations::table.find(message.conversation))
        .set((
            conversations::last_seq.eq(conversations::last_seq + 1),
            last_at.eq(case_when(last_at.gt(clock), last_at).otherwise(clock)),
            updated_at.eq(case_when(updated_at.gt(clock), updated_at).otherwise(clock)),
        ))
        .returning((conversations::last_seq, last_at))
        .get_result(conn)?;
    Ok(diesel::insert_into(chat_messages::table)
        .values((
            chat_messages::conversation_id.eq(message.conversation),
            chat_messages::seq.eq(seq),
            chat_messages::sender_user_id.eq(message.sender.get()),
            chat_messages::message_type.eq(message.message_type.as_str()),
            chat_messages::content.eq(message.content),
            chat_messages::session_request_id.eq(message.request),
            chat_messages::created_at.eq(at),
            chat_messages::updated_at.eq(at),
        ))
        .returning(chat_messages::id)
        .get_result(conn)?)
}
