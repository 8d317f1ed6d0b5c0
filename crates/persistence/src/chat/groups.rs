//! Creating conversations, and changing groups.

use astegni_domain::chat::{
    ConversationKind, DirectPlan, GroupCreationPlan, GroupNotice, GroupPlan, MessageType, ParticipantRole,
};
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::append::{self, NewMessage, Target};
use super::facts;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::events;
use crate::schema::{conversation_participants, conversations};
use crate::statement::{self, Statement};

/// Creates the direct conversation of two users, without a message.
pub(super) fn create_direct(conn: &mut AnyConnection, plan: &DirectPlan) -> Result<ConversationId, StoreError> {
    facts::guard_contacts(conn, plan.creator, std::slice::from_ref(&plan.contact))?;
    let pair = append::pair(plan.creator, plan.contact.user);
    let id = insert(conn, ConversationKind::Direct, None, plan.creator, pair.map(Some), plan.at)?;
    join(conn, id, &[plan.creator, plan.contact.user], ParticipantRole::Member, 0, plan.at)?;
    events::append(conn, &plan.events(id))?;
    Ok(id)
}

/// Creates a group with its first message.
pub(super) fn create(conn: &mut AnyConnection, plan: &GroupCreationPlan) -> Result<ConversationId, StoreError> {
    facts::guard_contacts(conn, plan.creator, &plan.contacts)?;
    let id = insert(conn, ConversationKind::Group, Some(&plan.name), plan.creator, [None; 2], plan.at)?;
    join(conn, id, &[plan.creator], ParticipantRole::Admin, 0, plan.at)?;
    let others: Vec<UserId> = plan.contacts.iter().map(|contact| contact.user).collect();
    join(conn, id, &others, ParticipantRole::Member, 0, plan.at)?;
    let notice = announce(conn, id, plan.creator, &plan.notice, plan.at)?;
    events::append(conn, &plan.events(id, notice))?;
    Ok(id)
}

/// Writes a change of a group and the messages about it. The lock order is relation counters, conversations.
pub(super) fn change(conn: &mut AnyConnection, plan: &GroupPlan) -> Result<(), StoreError> {
    if !plan.adds.is_empty() {
        facts::guard_contacts(conn, plan.actor, &plan.adds)?;
    }
    facts::guard(conn, plan.actor, &plan.seen)?;
    let id = plan.seen.id;
    if let Some(name) = &plan.name {
        diesel::update(conversations::table.find(id.get()))
            .set((conversations::name.eq(name), conversations::updated_at.eq(plan.at.naive_utc())))
            .execute(conn)?;
    }
    if !plan.adds.is_empty() {
        let last: i64 = conversations::table.find(id.get()).select(conversations::last_seq).first(conn)?;
        let joining: Vec<UserId> = plan.adds.iter().map(|contact| contact.user).collect();
        join(conn, id, &joining, ParticipantRole::Member, last, plan.at)?;
    }
    if let Some(user) = plan.removes {
        diesel::delete(conversation_participants::table.find((id.get(), user.get()))).execute(conn)?;
    }
    if let Some(user) = plan.promotes {
        diesel::update(conversation_participants::table.find((id.get(), user.get())))
            .set(conversation_participants::role.eq(ParticipantRole::Admin.as_str()))
            .execute(conn)?;
    }
    let mut notices = Vec::with_capacity(plan.notices.len());
    for notice in &plan.notices {
        notices.push(announce(conn, id, plan.actor, notice, plan.at)?);
    }
    events::append(conn, &plan.events(&notices))
}

fn insert(
    conn: &mut AnyConnection,
    kind: ConversationKind,
    name: Option<&str>,
    creator: UserId,
    pair: [Option<i64>; 2],
    at: DateTime<Utc>,
) -> Result<ConversationId, StoreError> {
    let text = "INSERT INTO conversations (type, name, created_by_user_id, direct_user_low, direct_user_high, \
        last_message_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
    let id: Option<i64> = Statement::<BigInt>::new(text)
        .bind(kind.as_str())
        .bind(name)
        .bind(creator.get())
        .bind_all(pair)
        .bind_all([at.naive_utc(); 3])
        .first(conn)?;
    id.map(ConversationId::new).ok_or(StoreError::Conflict)
}

/// Adds participants, who see the messages after a place.
fn join(
    conn: &mut AnyConnection,
    id: ConversationId,
    users: &[UserId],
    role: ParticipantRole,
    place: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let padded = statement::padded(users.len());
    let text = format!(
        "INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, joined_seq, last_read_seq, \
         receipt_seq) SELECT ?, u.id, ?, ?, ?, ?, ? FROM users u WHERE u.id IN ({})",
        vec!["?"; padded].join(", ")
    );
    let joined_at: NaiveDateTime = at.naive_utc();
    let ids = users.iter().map(|user| user.get()).chain(std::iter::repeat_n(0, padded - users.len()));
    let statement = Statement::new(text).bind(id.get()).bind(role.as_str()).bind(joined_at);
    let joined = statement.bind_all([place; 3]).bind_all(ids).execute(conn)?;
    if joined == users.len() { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Adds a notice to a conversation.
fn announce(
    conn: &mut AnyConnection,
    id: ConversationId,
    sender: UserId,
    notice: &GroupNotice,
    at: DateTime<Utc>,
) -> Result<MessageId, StoreError> {
    let metadata = append::notice_metadata(notice.kind, &notice.users, &[]);
    let target = Target::Conversation(id.get());
    let message = NewMessage::text(sender, target, MessageType::System, &notice.content, at);
    Ok(append::send(conn, &NewMessage { metadata: Some(&metadata), ..message })?.message)
}
