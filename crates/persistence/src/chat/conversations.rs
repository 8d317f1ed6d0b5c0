//! Conversations as lists show them.

use std::collections::{HashMap, HashSet};

use astegni_domain::chat::{
    Conversation, ConversationKind, ConversationsPage, LastMessage, Participant, ParticipantRole, unless_deleted,
};
use astegni_domain::families::GuardianshipStatus;
use astegni_domain::ids::{ConversationId, UserId};
use astegni_domain::page::{CountedPage, Keyset, Page, PageSize};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::families;
use crate::schema::{
    chat_messages, conversation_participants, conversations, guardianships, student_profiles, tutor_profiles, users,
};

/// The participant as whom a conversation is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Perspective {
    pub(super) user: UserId,
    /// Whether the viewer is a guardian of the participant.
    pub(super) is_guardian: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = conversations)]
struct ConversationRow {
    id: i64,
    kind: String,
    name: Option<String>,
    avatar_url: Option<String>,
    last_message_at: NaiveDateTime,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// A participant's own view of a conversation.
#[derive(Queryable, Selectable)]
#[diesel(table_name = conversation_participants)]
struct OwnRow {
    is_muted: bool,
    is_archived: bool,
    unread_count: i64,
}

#[diesel::dsl::auto_type]
fn of_participant(user: i64) -> _ {
    let own = conversation_participants::user_id.eq(user);
    conversations::table.inner_join(conversation_participants::table).filter(own)
}

/// The conversations of a student with tutors, see `supervised`.
#[diesel::dsl::auto_type]
fn with_tutors(user: i64) -> _ {
    let direct: &'static str = ConversationKind::Direct.as_str();
    let low =
        exists(tutor_profiles::table.filter(tutor_profiles::user_id.nullable().eq(conversations::direct_user_low)));
    let high =
        exists(tutor_profiles::table.filter(tutor_profiles::user_id.nullable().eq(conversations::direct_user_high)));
    let is_low = conversations::direct_user_low.assume_not_null().eq(user);
    let is_high = conversations::direct_user_high.assume_not_null().eq(user);
    conversations::kind.eq(direct).and(is_low.and(high).or(is_high.and(low)))
}

/// Returns a page of a user's own conversations, or of those of a child with tutors.
pub(super) fn list(
    conn: &mut AnyConnection,
    viewer: UserId,
    ConversationsPage { page, offset, student }: ConversationsPage,
) -> Result<CountedPage<Conversation>, StoreError> {
    let perspective = match student {
        None => Perspective { user: viewer, is_guardian: false },
        Some(student) => match families::active_ward(conn, viewer, student)? {
            Some(user) => Perspective { user, is_guardian: true },
            None => return Ok(CountedPage { page: Page { items: Vec::new(), next: None }, total: 0 }),
        },
    };
    let user = perspective.user.get();
    let mut total = of_participant(user).into_boxed();
    let mut query = of_participant(user)
        .order((conversations::last_message_at.desc(), conversations::id.desc()))
        .limit(page.size.overread())
        .offset(offset)
        .into_boxed();
    if perspective.is_guardian {
        total = total.filter(with_tutors(user));
        query = query.filter(with_tutors(user));
    }
    if let Some(after) = page.after {
        let at = columns::instant_of(after.sort);
        query = query.filter(
            conversations::last_message_at
                .lt(at)
                .or(conversations::last_message_at.eq(at).and(conversations::id.lt(after.id))),
        );
    }
    let total = total.count().get_result(conn)?;
    let rows = query.select((ConversationRow::as_select(), OwnRow::as_select())).load(conn)?;
    let keyset = |(row, _): &(ConversationRow, OwnRow)| Keyset {
        sort: row.last_message_at.and_utc().timestamp_micros(),
        id: row.id,
    };
    let Page { items, next } = Page::from_overread(rows, page.size, keyset);
    Ok(CountedPage { page: Page { items: describe(conn, perspective, items)?, next }, total })
}

/// Returns a conversation of a participant.
pub(super) fn find(
    conn: &mut AnyConnection,
    perspective: Perspective,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let rows = of_participant(perspective.user.get())
        .filter(conversations::id.eq(id.get()))
        .select((ConversationRow::as_select(), OwnRow::as_select()))
        .load(conn)?;
    Ok(describe(conn, perspective, rows)?.pop())
}

type ParticipantColumns = (i64, String, Option<String>, String);

fn participant((user, name, avatar, role): ParticipantColumns) -> Result<Participant, StoreError> {
    let role: ParticipantRole = columns::parse_column("conversation_participants.role", &role)?;
    Ok(Participant { user_id: UserId::new(user), name, avatar, role })
}

/// Returns the participants of a conversation, as many as fit on a page.
pub(super) fn participants(conn: &mut AnyConnection, conversation: i64) -> Result<Vec<Participant>, StoreError> {
    let rows: Vec<ParticipantColumns> = conversation_participants::table
        .inner_join(users::table)
        .filter(conversation_participants::conversation_id.eq(conversation))
        .order(conversation_participants::user_id)
        .limit(PageSize::MAX.overread() - 1)
        .select((users::id, users::display_name, users::profile_picture, conversation_participants::role))
        .load(conn)?;
    rows.into_iter().map(participant).collect()
}

/// Returns the other participant of each direct conversation.
fn others(conn: &mut AnyConnection, user: i64, ids: &[i64]) -> Result<HashMap<i64, Participant>, StoreError> {
    let rows: Vec<(i64, ParticipantColumns)> = conversation_participants::table
        .inner_join(users::table)
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(ids))
        .filter(conversations::kind.eq(ConversationKind::Direct.as_str()))
        .filter(conversation_participants::user_id.ne(user))
        .select((
            conversations::id,
            (users::id, users::display_name, users::profile_picture, conversation_participants::role),
        ))
        .load(conn)?;
    rows.into_iter().map(|(id, columns)| Ok((id, participant(columns)?))).collect()
}

/// Returns the latest message of each conversation.
fn last_messages(conn: &mut AnyConnection, ids: &[i64]) -> Result<HashMap<i64, LastMessage>, StoreError> {
    type Row = (i64, (Option<String>, bool), String, i64, NaiveDateTime);
    let rows: Vec<Row> = chat_messages::table
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(ids))
        .filter(chat_messages::seq.eq(conversations::last_seq))
        .select((
            conversations::id,
            (chat_messages::content, chat_messages::is_deleted),
            chat_messages::message_type,
            chat_messages::sender_user_id,
            chat_messages::created_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, (content, is_deleted), message_type, sender, at)| {
            let message = LastMessage {
                content: unless_deleted(content, is_deleted),
                message_type: columns::parse_column("chat_messages.message_type", &message_type)?,
                sender_user_id: UserId::new(sender),
                created_at: instant(at),
            };
            Ok((id, message))
        })
        .collect()
}

/// Returns the number of participants of each conversation.
fn participant_counts(conn: &mut AnyConnection, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
    let rows: Vec<(i64, i64)> = conversation_participants::table
        .filter(conversation_participants::conversation_id.eq_any(ids))
        .group_by(conversation_participants::conversation_id)
        .select((conversation_participants::conversation_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Returns the conversations that a guardian may read: those of a student who has one with a tutor, see `supervised`.
fn read_by_guardians(conn: &mut AnyConnection, ids: &[i64]) -> Result<HashSet<i64>, StoreError> {
    let others = diesel::alias!(conversation_participants as others);
    let tutors = others
        .inner_join(
            tutor_profiles::table.on(tutor_profiles::user_id.eq(others.field(conversation_participants::user_id))),
        )
        .filter(others.field(conversation_participants::conversation_id).eq(conversation_participants::conversation_id))
        .filter(others.field(conversation_participants::user_id).ne(conversation_participants::user_id));
    let wards = student_profiles::table
        .inner_join(guardianships::table)
        .filter(guardianships::status.eq(GuardianshipStatus::Active.as_str()))
        .filter(student_profiles::user_id.eq(conversation_participants::user_id));
    let rows: Vec<i64> = conversation_participants::table
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(ids))
        .filter(conversations::kind.eq(ConversationKind::Direct.as_str()))
        .filter(exists(wards))
        .filter(exists(tutors))
        .select(conversations::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Completes conversations with what a list shows, by one query for each kind of column.
fn describe(
    conn: &mut AnyConnection,
    Perspective { user, is_guardian }: Perspective,
    rows: Vec<(ConversationRow, OwnRow)>,
) -> Result<Vec<Conversation>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.id).collect();
    let mut others = others(conn, user.get(), &ids)?;
    let mut last_messages = last_messages(conn, &ids)?;
    let participants = participant_counts(conn, &ids)?;
    let supervised = read_by_guardians(conn, &ids)?;
    rows.into_iter()
        .map(|(row, own)| {
            Ok(Conversation {
                id: ConversationId::new(row.id),
                kind: columns::parse_column("conversations.type", &row.kind)?,
                name: row.name,
                avatar_url: row.avatar_url,
                other: others.remove(&row.id),
                unread_count: if is_guardian { 0 } else { own.unread_count },
                participant_count: participants.get(&row.id).copied().unwrap_or_default(),
                last_message: last_messages.remove(&row.id),
                guardians_can_read: supervised.contains(&row.id),
                is_read_only: is_guardian,
                is_muted: own.is_muted && !is_guardian,
                is_archived: own.is_archived && !is_guardian,
                created_at: instant(row.created_at),
                updated_at: instant(row.updated_at),
            })
        })
        .collect()
}
