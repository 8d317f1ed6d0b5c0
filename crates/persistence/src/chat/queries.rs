//! [`ChatQueries`] on Diesel.

use std::collections::HashMap;

use astegni_domain::RepositoryError;
use astegni_domain::chat::{
    ChatQueries, Conversation, ConversationDetails, ConversationKind, ConversationLookup, ConversationsPage,
    LastMessage, Message, MessagesPage, Participant, unless_deleted,
};
use astegni_domain::ids::{ConversationId, UserId};
use astegni_domain::page::{CountedPage, Keyset, Page, PageSize};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::messages::messages;
use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{chat_messages, conversation_participants, conversations, users};

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

/// The viewer's settings of a conversation.
#[derive(Queryable, Selectable)]
#[diesel(table_name = conversation_participants)]
struct SettingsRow {
    is_muted: bool,
    is_archived: bool,
}

#[async_trait]
impl ChatQueries for Database {
    async fn conversations(
        &self,
        viewer: UserId,
        ConversationsPage { page, offset }: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError> {
        let viewer = viewer.get();
        Ok(self
            .read(move |conn| {
                let total = conversation_participants::table
                    .filter(conversation_participants::user_id.eq(viewer))
                    .count()
                    .get_result(conn)?;
                let mut query = own_conversations(viewer)
                    .order((conversations::last_message_at.desc(), conversations::id.desc()))
                    .limit(page.size.overread())
                    .offset(offset)
                    .into_boxed();
                if let Some(after) = page.after {
                    let at = columns::instant_of(after.sort);
                    query = query.filter(
                        conversations::last_message_at
                            .lt(at)
                            .or(conversations::last_message_at.eq(at).and(conversations::id.lt(after.id))),
                    );
                }
                let rows = query.select((ConversationRow::as_select(), SettingsRow::as_select())).load(conn)?;
                let keyset = |(row, _): &(ConversationRow, SettingsRow)| Keyset {
                    sort: row.last_message_at.and_utc().timestamp_micros(),
                    id: row.id,
                };
                let Page { items, next } = Page::from_overread(rows, page.size, keyset);
                Ok(CountedPage { page: Page { items: describe(conn, viewer, items)?, next }, total })
            })
            .await?)
    }

    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<ConversationLookup, RepositoryError> {
        let (viewer, id) = (viewer.get(), id.get());
        Ok(self
            .read(move |conn| {
                let rows = own_conversations(viewer)
                    .filter(conversations::id.eq(id))
                    .select((ConversationRow::as_select(), SettingsRow::as_select()))
                    .load(conn)?;
                if let Some(conversation) = describe(conn, viewer, rows)?.pop() {
                    let participants = participants(conn, id)?;
                    let details = ConversationDetails { conversation, participants };
                    return Ok(ConversationLookup::Found(Box::new(details)));
                }
                let exists = diesel::dsl::exists(conversations::table.find(id));
                Ok(if diesel::select(exists).get_result(conn)? {
                    ConversationLookup::NotAParticipant
                } else {
                    ConversationLookup::Missing
                })
            })
            .await?)
    }

    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        page: MessagesPage,
        now: DateTime<Utc>,
    ) -> Result<CountedPage<Message>, RepositoryError> {
        Ok(self.read(move |conn| messages(conn, id.get(), viewer.get(), page, now)).await?)
    }
}

#[diesel::dsl::auto_type]
fn own_conversations(viewer: i64) -> _ {
    let own = conversation_participants::user_id.eq(viewer);
    conversations::table.inner_join(conversation_participants::table).filter(own)
}

type ParticipantColumns = (i64, String, Option<String>);

fn participant((user, name, avatar): ParticipantColumns) -> Participant {
    Participant { user_id: UserId::new(user), name, avatar }
}

/// Returns the participants of a conversation, as many as fit on a page.
fn participants(conn: &mut AnyConnection, conversation: i64) -> Result<Vec<Participant>, StoreError> {
    let rows: Vec<ParticipantColumns> = conversation_participants::table
        .inner_join(users::table)
        .filter(conversation_participants::conversation_id.eq(conversation))
        .order(conversation_participants::user_id)
        .limit(PageSize::MAX.overread() - 1)
        .select((users::id, users::display_name, users::profile_picture))
        .load(conn)?;
    Ok(rows.into_iter().map(participant).collect())
}

/// Returns the other participant of each direct conversation.
fn others(conn: &mut AnyConnection, viewer: i64, ids: &[i64]) -> Result<HashMap<i64, Participant>, StoreError> {
    let rows: Vec<(i64, ParticipantColumns)> = conversation_participants::table
        .inner_join(users::table)
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(ids))
        .filter(conversations::kind.eq(ConversationKind::Direct.as_str()))
        .filter(conversation_participants::user_id.ne(viewer))
        .select((conversations::id, (users::id, users::display_name, users::profile_picture)))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, columns)| (id, participant(columns))).collect())
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

/// Returns the number of unread messages of each conversation that has any, as `UnreadFacts::is_unread_for` defines
/// them.
fn unread_counts(conn: &mut AnyConnection, viewer: i64, ids: &[i64]) -> Result<HashMap<i64, i64>, StoreError> {
    let rows: Vec<(i64, i64)> = conversation_participants::table
        .inner_join(
            chat_messages::table.on(chat_messages::conversation_id.eq(conversation_participants::conversation_id)),
        )
        .filter(conversation_participants::conversation_id.eq_any(ids))
        .filter(conversation_participants::user_id.eq(viewer))
        .filter(chat_messages::seq.gt(conversation_participants::last_read_seq))
        .filter(chat_messages::sender_user_id.ne(viewer))
        .filter(chat_messages::is_deleted.eq(false))
        .group_by(conversation_participants::conversation_id)
        .select((conversation_participants::conversation_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().collect())
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

/// Completes conversations with what a list shows, by one query for each kind of column.
fn describe(
    conn: &mut AnyConnection,
    viewer: i64,
    rows: Vec<(ConversationRow, SettingsRow)>,
) -> Result<Vec<Conversation>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.id).collect();
    let mut others = others(conn, viewer, &ids)?;
    let mut last_messages = last_messages(conn, &ids)?;
    let unread = unread_counts(conn, viewer, &ids)?;
    let participants = participant_counts(conn, &ids)?;
    let count = |counts: &HashMap<i64, i64>, id| counts.get(&id).copied().unwrap_or_default();
    rows.into_iter()
        .map(|(row, settings)| {
            Ok(Conversation {
                id: ConversationId::new(row.id),
                kind: columns::parse_column("conversations.type", &row.kind)?,
                name: row.name,
                avatar_url: row.avatar_url,
                other: others.remove(&row.id),
                unread_count: count(&unread, row.id),
                participant_count: count(&participants, row.id),
                last_message: last_messages.remove(&row.id),
                is_muted: settings.is_muted,
                is_archived: settings.is_archived,
                created_at: instant(row.created_at),
                updated_at: instant(row.updated_at),
            })
        })
        .collect()
}
