//! [`ChatQueries`] on Diesel.

use std::collections::HashMap;

use astegni_domain::RepositoryError;
use astegni_domain::chat::{ChatQueries, Conversation, ConversationKind, Found, LastMessage, Message, Participant};
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest, PageSize};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::messages::messages;
use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{chat_messages, conversation_participants, conversations, users};

/// Conversation, kind, name, picture, last place, last spoken in, made, changed; then the viewer's own:
/// muted, archived, read as far as.
type ConversationColumns = (
    (i64, String, Option<String>, Option<String>, i64, NaiveDateTime, NaiveDateTime, NaiveDateTime),
    (bool, bool, i64),
);

#[async_trait]
impl ChatQueries for Database {
    async fn conversations(
        &self,
        viewer: UserId,
        page: PageRequest,
        offset: i64,
    ) -> Result<(Page<Conversation>, i64), RepositoryError> {
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
                let rows: Vec<ConversationColumns> = query.load(conn)?;
                let places: HashMap<i64, i64> =
                    rows.iter().map(|(row, _)| (row.0, row.5.and_utc().timestamp_micros())).collect();
                let items = describe(conn, viewer, rows)?;
                let keyset = |conversation: &Conversation| {
                    let id = conversation.id.get();
                    Keyset { sort: places.get(&id).copied().unwrap_or_default(), id }
                };
                Ok((Page::from_overread(items, page.size, keyset), total))
            })
            .await?)
    }

    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<Found, RepositoryError> {
        let (viewer, id) = (viewer.get(), id.get());
        Ok(self
            .read(move |conn| {
                let rows: Vec<ConversationColumns> =
                    own_conversations(viewer).filter(conversations::id.eq(id)).load(conn)?;
                if let Some(conversation) = describe(conn, viewer, rows)?.pop() {
                    let participants = participants(conn, &[id])?.into_iter().map(|(_, one)| one).collect();
                    return Ok(Found::Conversation(Box::new(conversation), participants));
                }
                let exists = diesel::dsl::exists(conversations::table.find(id));
                Ok(if diesel::select(exists).get_result(conn)? { Found::NotYours } else { Found::Nothing })
            })
            .await?)
    }

    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        before: Option<MessageId>,
        size: PageSize,
        now: DateTime<Utc>,
    ) -> Result<(Page<Message>, i64), RepositoryError> {
        Ok(self.read(move |conn| messages(conn, id.get(), viewer.get(), before, size, now)).await?)
    }
}

#[diesel::dsl::auto_type]
fn own_conversations(viewer: i64) -> _ {
    let own = conversation_participants::user_id.eq(viewer);
    conversations::table.inner_join(conversation_participants::table).filter(own).select((
        (
            conversations::id,
            conversations::kind,
            conversations::name,
            conversations::avatar_url,
            conversations::last_seq,
            conversations::last_message_at,
            conversations::created_at,
            conversations::updated_at,
        ),
        (
            conversation_participants::is_muted,
            conversation_participants::is_archived,
            conversation_participants::last_read_seq,
        ),
    ))
}

/// Who takes part in some conversations, by conversation.
fn participants(conn: &mut AnyConnection, ids: &[i64]) -> Result<Vec<(i64, Participant)>, StoreError> {
    let rows: Vec<(i64, i64, String, Option<String>)> = conversation_participants::table
        .inner_join(users::table)
        .filter(conversation_participants::conversation_id.eq_any(ids))
        .order((conversation_participants::conversation_id, conversation_participants::user_id))
        .select((conversation_participants::conversation_id, users::id, users::display_name, users::profile_picture))
        .load(conn)?;
    let participant =
        |(conversation, user, name, avatar)| (conversation, Participant { user_id: UserId::new(user), name, avatar });
    Ok(rows.into_iter().map(participant).collect())
}

/// Conversation, words and whether they were taken back, kind, sender, instant.
type LastColumns = (i64, (Option<String>, bool), String, i64, NaiveDateTime);

/// Adds to some conversations who takes part, what was said last and how much is unread: one query each.
fn describe(
    conn: &mut AnyConnection,
    viewer: i64,
    rows: Vec<ConversationColumns>,
) -> Result<Vec<Conversation>, StoreError> {
    let ids: Vec<i64> = rows.iter().map(|(row, _)| row.0).collect();
    let mut people: HashMap<i64, Vec<Participant>> = HashMap::new();
    for (conversation, participant) in participants(conn, &ids)? {
        people.entry(conversation).or_default().push(participant);
    }
    let last: Vec<LastColumns> = chat_messages::table
        .inner_join(conversations::table)
        .filter(conversations::id.eq_any(&ids))
        .filter(chat_messages::seq.eq(conversations::last_seq))
        .select((
            conversations::id,
            (chat_messages::content, chat_messages::is_deleted),
            chat_messages::message_type,
            chat_messages::sender_user_id,
            chat_messages::created_at,
        ))
        .load(conn)?;
    let mut last: HashMap<i64, _> = last.into_iter().map(|row| (row.0, row)).collect();
    let unread: Vec<(i64, i64)> = conversation_participants::table
        .inner_join(
            chat_messages::table.on(chat_messages::conversation_id.eq(conversation_participants::conversation_id)),
        )
        .filter(conversation_participants::conversation_id.eq_any(&ids))
        .filter(conversation_participants::user_id.eq(viewer))
        .filter(chat_messages::seq.gt(conversation_participants::last_read_seq))
        .filter(chat_messages::sender_user_id.ne(viewer))
        .filter(chat_messages::is_deleted.eq(false))
        .group_by(conversation_participants::conversation_id)
        .select((conversation_participants::conversation_id, diesel::dsl::count_star()))
        .load(conn)?;
    let unread: HashMap<i64, i64> = unread.into_iter().collect();

    rows.into_iter()
        .map(|((id, kind, name, avatar_url, _, _, created_at, updated_at), (is_muted, is_archived, _))| {
            let kind: ConversationKind = columns::word("conversations.type", &kind)?;
            let people = people.remove(&id).unwrap_or_default();
            let participant_count = i64::try_from(people.len()).unwrap_or(i64::MAX);
            let other = people.into_iter().find(|one| one.user_id.get() != viewer);
            let last_message = last.remove(&id).map(|(_, (content, is_deleted), message_type, sender, at)| {
                Ok::<_, StoreError>(LastMessage {
                    content: content.filter(|_| !is_deleted),
                    message_type: columns::word("chat_messages.message_type", &message_type)?,
                    sender_user_id: UserId::new(sender),
                    created_at: instant(at),
                })
            });
            Ok(Conversation {
                id: ConversationId::new(id),
                kind,
                name,
                avatar_url,
                other: other.filter(|_| kind == ConversationKind::Direct),
                unread_count: unread.get(&id).copied().unwrap_or_default(),
                participant_count,
                last_message: last_message.transpose()?,
                is_muted,
                is_archived,
                created_at: instant(created_at),
                updated_at: instant(updated_at),
            })
        })
        .collect()
}
