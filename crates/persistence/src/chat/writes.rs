//! How a conversation begins and how something is said in it, inside other contexts' transactions too.

use astegni_domain::chat::MessageType;
use astegni_domain::ids::UserId;
use chrono::{DateTime, NaiveDateTime, Utc};
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

/// The direct conversation of two users, made by the first where there is none.
pub(crate) fn direct_conversation(
    conn: &mut AnyConnection,
    maker: UserId,
    other: UserId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let (low, high) = (maker.min(other).get(), maker.max(other).get());
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
        kind: "direct",
        created_by_user_id: maker.get(),
        direct_user_low: low,
        direct_user_high: high,
        last_message_at: now,
        created_at: now,
        updated_at: now,
    };
    let made = dialect::insert_direct_conversation(conn, &row)?;
    let id = existing(conn)?.ok_or(StoreError::Conflict)?;
    if made > 0 {
        for user in [low, high] {
            diesel::insert_into(conversation_participants::table)
                .values((
                    conversation_participants::conversation_id.eq(id),
                    conversation_participants::user_id.eq(user),
                    conversation_participants::role.eq("member"),
                    conversation_participants::joined_at.eq(now),
                ))
                .execute(conn)?;
        }
    }
    Ok(id)
}

/// Something to be said.
pub(crate) struct NewMessage<'a> {
    pub(crate) conversation: i64,
    pub(crate) sender: UserId,
    pub(crate) message_type: MessageType,
    pub(crate) content: &'a str,
    pub(crate) request: Option<i64>,
    pub(crate) at: DateTime<Utc>,
}

/// Says something; answers with the message's id. The conversation's row is locked until the transaction
/// ends, so that messages have places without gaps.
pub(crate) fn say(conn: &mut AnyConnection, message: &NewMessage<'_>) -> Result<i64, StoreError> {
    let now = message.at.naive_utc();
    let seq: i64 = diesel::update(conversations::table.find(message.conversation))
        .set((
            conversations::last_seq.eq(conversations::last_seq + 1),
            conversations::last_message_at.eq(now),
            conversations::updated_at.eq(now),
        ))
        .returning(conversations::last_seq)
        .get_result(conn)?;
    Ok(diesel::insert_into(chat_messages::table)
        .values((
            chat_messages::conversation_id.eq(message.conversation),
            chat_messages::seq.eq(seq),
            chat_messages::sender_user_id.eq(message.sender.get()),
            chat_messages::message_type.eq(message.message_type.as_str()),
            chat_messages::content.eq(message.content),
            chat_messages::session_request_id.eq(message.request),
            chat_messages::created_at.eq(now),
            chat_messages::updated_at.eq(now),
        ))
        .returning(chat_messages::id)
        .get_result(conn)?)
}
