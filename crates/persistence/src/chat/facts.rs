//! Facts that decisions about conversations need.

use astegni_domain::chat::{
    Contact, ConversationFacts, ConversationKind, Member, MessageFacts, MessagePlan, MessagePolicy, ReadingFacts,
    SendingFacts,
};
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::settings;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::connections;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::schema::{chat_messages, chat_settings, conversations};
use crate::statement::Statement;

/// Loads a conversation as the rules see it for an actor.
pub(super) fn conversation(
    conn: &mut AnyConnection,
    actor: UserId,
    id: ConversationId,
) -> Result<Option<ConversationFacts>, StoreError> {
    let Some((kind, members, policies)) = members(conn, id)? else { return Ok(None) };
    let others = || members.iter().zip(policies).find(|(member, _)| member.user != actor);
    let takes_part = members.iter().any(|member| member.user == actor);
    let other = match kind {
        ConversationKind::Direct if takes_part => others(),
        ConversationKind::Direct | ConversationKind::Group => None,
    };
    let other = match other.map(|(member, policy)| (member.user, policy)) {
        Some((user, policy)) => {
            let pair = connections::pairs(conn, &[(actor, user)])?.pop().transpose()?.flatten();
            Some(Contact { user, pair, policy })
        }
        None => None,
    };
    Ok(Some(ConversationFacts { id, kind, members, other }))
}

/// The kind of a conversation, its participants by ascending user id, and their settings.
type Members = (ConversationKind, Vec<Member>, Vec<MessagePolicy>);

/// Loads the participants of a conversation.
pub(super) fn members(conn: &mut AnyConnection, id: ConversationId) -> Result<Option<Members>, StoreError> {
    type MemberColumns = (BigInt, Text, Timestamp, Bool, Bool, Bool, Nullable<Text>);
    type MemberRow = (i64, String, NaiveDateTime, bool, bool, bool, Option<String>);
    let text = "SELECT c.type, p.user_id, p.role, p.joined_at, p.has_written, \
        EXISTS (SELECT 1 FROM tutor_profiles t WHERE t.user_id = p.user_id), \
        EXISTS (SELECT 1 FROM student_profiles s WHERE s.user_id = p.user_id), settings.who_can_message \
        FROM conversations c LEFT JOIN conversation_participants p ON p.conversation_id = c.id \
        LEFT JOIN chat_settings settings ON settings.user_id = p.user_id WHERE c.id = ? ORDER BY p.user_id";
    let rows: Vec<(String, Option<MemberRow>)> =
        Statement::<(Text, Nullable<MemberColumns>)>::new(text).bind(id.get()).load(conn)?;
    let Some((kind, _)) = rows.first() else { return Ok(None) };
    let kind: ConversationKind = columns::parse_column("conversations.type", kind)?;
    let (mut members, mut policies) = (Vec::new(), Vec::new());
    for (user, role, joined_at, has_written, is_tutor, is_student, policy) in
        rows.into_iter().filter_map(|(_, row)| row)
    {
        members.push(Member {
            user: UserId::new(user),
            role: columns::parse_column("conversation_participants.role", &role)?,
            joined_at: instant(joined_at),
            has_written: has_written && kind == ConversationKind::Direct,
            is_tutor,
            is_student,
        });
        policies.push(settings::policy(policy.as_deref())?);
    }
    Ok(Some((kind, members, policies)))
}

/// Loads users as an actor may write to them, in the given order.
pub(super) fn contacts(conn: &mut AnyConnection, actor: UserId, users: &[UserId]) -> Result<Vec<Contact>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<(UserId, UserId)> = users.iter().map(|user| (actor, *user)).collect();
    let pairs = connections::pairs(conn, &keys)?;
    let ids: Vec<i64> = users.iter().map(|user| user.get()).collect();
    let policies: Vec<(i64, String)> = chat_settings::table
        .filter(chat_settings::user_id.eq_any(ids))
        .select((chat_settings::user_id, chat_settings::who_can_message))
        .load(conn)?;
    let policy = |user: &UserId| policies.iter().find(|(id, _)| *id == user.get()).map(|(_, policy)| policy.as_str());
    users
        .iter()
        .zip(pairs)
        .map(|(user, pair)| Ok(Contact { user: *user, pair: pair?, policy: settings::policy(policy(user))? }))
        .collect()
}

/// Locks a conversation and what a decision about it relies on until the transaction ends, and fails with `Conflict` if that
/// has changed. The lock order is relation counters, conversations.
///
/// A decision about a direct conversation relies on the relations of its two participants, who never change, and on their
/// settings; one about a group relies on its participants.
pub(super) fn guard(conn: &mut AnyConnection, actor: UserId, seen: &ConversationFacts) -> Result<(), StoreError> {
    if let Some(other) = &seen.other {
        share_relations(conn, &[actor.get(), other.user.get()])?;
    }
    dialect::lock_conversation(conn, seen.id.get())?;
    if conversation(conn, actor, seen.id)?.as_ref() == Some(seen) { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Locks what decisions about direct messages rely on, by one statement however many there are, and returns whether each
/// decision still holds. Conversations are locked by the messages that are added to them.
pub(super) fn guard_direct(conn: &mut AnyConnection, plans: &[MessagePlan]) -> Result<Vec<bool>, StoreError> {
    let others = plans.iter().map(|plan| plan.seen.other.as_ref().map_or(plan.sender, |other| other.user));
    let keys: Vec<(UserId, UserId)> = plans.iter().map(|plan| plan.sender).zip(others).collect();
    let users: Vec<i64> = keys.iter().flat_map(|(sender, other)| [sender.get(), other.get()]).collect();
    share_relations(conn, &users)?;
    let pairs = connections::pairs(conn, &keys)?;
    let holds = plans.iter().zip(pairs).map(|(plan, pair)| {
        let Some(other) = &plan.seen.other else { return Ok(false) };
        if plan.seen.member(other.user).is_some_and(|member| member.has_written) {
            // Neither the settings of the other nor anything that may change decide any more.
            return Ok(pair? == other.pair);
        }
        Ok(conversation(conn, plan.sender, plan.seen.id)?.as_ref() == Some(&plan.seen))
    });
    holds.collect()
}

/// Locks the relations of an actor and of some users in share mode, and fails with `Conflict` if those between them have
/// changed.
pub(super) fn guard_contacts(conn: &mut AnyConnection, actor: UserId, seen: &[Contact]) -> Result<(), StoreError> {
    let users: Vec<UserId> = seen.iter().map(|contact| contact.user).collect();
    let locked: Vec<i64> = users.iter().copied().chain([actor]).map(UserId::get).collect();
    share_relations(conn, &locked)?;
    if contacts(conn, actor, &users)? == seen { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Locks the relations and settings of users in share mode, by one statement.
fn share_relations(conn: &mut AnyConnection, users: &[i64]) -> Result<(), StoreError> {
    dialect::lock_all_relations(conn, users, LockMode::Share)
}

/// Loads the facts about a message to be sent.
pub(super) fn sending(
    conn: &mut AnyConnection,
    sender: UserId,
    id: ConversationId,
    reply_to: Option<MessageId>,
    client_message_id: Option<&str>,
) -> Result<SendingFacts, StoreError> {
    let (mut repeated, mut has_reply_target) = (None, false);
    if reply_to.is_some() || client_message_id.is_some() {
        let text = "SELECT (SELECT id FROM chat_messages WHERE sender_user_id = ? AND client_message_id = ?), \
            EXISTS (SELECT 1 FROM chat_messages WHERE id = ? AND conversation_id = ? AND NOT is_deleted)";
        let row: Option<(Option<i64>, bool)> = Statement::<(Nullable<BigInt>, Bool)>::new(text)
            .bind(sender.get())
            .bind(client_message_id)
            .bind(reply_to.map(MessageId::get))
            .bind(id.get())
            .first(conn)?;
        (repeated, has_reply_target) = row.unwrap_or_default();
    }
    let conversation = conversation(conn, sender, id)?;
    Ok(SendingFacts { conversation, has_reply_target, repeated: repeated.map(MessageId::new) })
}

/// Loads the facts about a message that an actor wants to change.
pub(super) fn message(
    conn: &mut AnyConnection,
    actor: UserId,
    id: MessageId,
) -> Result<Option<MessageFacts>, StoreError> {
    type Row = (i64, i64, String, bool, NaiveDateTime);
    let row: Option<Row> = chat_messages::table
        .find(id.get())
        .select((
            chat_messages::conversation_id,
            chat_messages::sender_user_id,
            chat_messages::message_type,
            chat_messages::is_deleted,
            chat_messages::created_at,
        ))
        .first(conn)
        .optional()?;
    let Some((conversation_id, sender, message_type, is_deleted, created_at)) = row else { return Ok(None) };
    let Some(conversation) = conversation(conn, actor, ConversationId::new(conversation_id))? else { return Ok(None) };
    Ok(Some(MessageFacts {
        id,
        sender: UserId::new(sender),
        message_type: columns::parse_column("chat_messages.message_type", &message_type)?,
        is_deleted,
        created_at: instant(created_at),
        conversation,
    }))
}

/// Loads the facts about reading a conversation up to a message, or up to its end.
pub(super) fn reading(
    conn: &mut AnyConnection,
    reader: UserId,
    id: ConversationId,
    message: Option<MessageId>,
) -> Result<Option<ReadingFacts>, StoreError> {
    let Some(conversation) = conversation(conn, reader, id)? else { return Ok(None) };
    let seq: Option<i64> = match message {
        Some(message) => chat_messages::table
            .find(message.get())
            .filter(chat_messages::conversation_id.eq(id.get()))
            .select(chat_messages::seq)
            .first(conn)
            .optional()?,
        None => conversations::table.find(id.get()).select(conversations::last_seq).first(conn).optional()?,
    };
    let read_receipts = settings::load(conn, reader)?.read_receipts;
    Ok(Some(ReadingFacts { conversation, seq, read_receipts }))
}
