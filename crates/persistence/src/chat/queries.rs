//! [`ChatQueries`] on Diesel.

use std::collections::BTreeSet;

use astegni_domain::RepositoryError;
use astegni_domain::chat::{
    ChatQueries, Conversation, ConversationDetails, ConversationLookup, ConversationsPage, Message, MessagesPage,
    ReadReceipt, ReadingRight, supervised,
};
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use astegni_domain::page::CountedPage;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::conversations::{self as described, Perspective};
use super::{facts, messages};
use crate::Database;
use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::families;
use crate::schema::{chat_messages, conversation_participants};

#[async_trait]
impl ChatQueries for Database {
    async fn conversations(
        &self,
        viewer: UserId,
        page: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError> {
        Ok(self.read(move |conn| described::list(conn, viewer, page)).await?)
    }

    async fn reading_right(&self, viewer: UserId, id: ConversationId) -> Result<ReadingRight, RepositoryError> {
        Ok(self.read(move |conn| reading_right(conn, viewer, id)).await?)
    }

    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<ConversationLookup, RepositoryError> {
        Ok(self.read(move |conn| look_up(conn, viewer, id)).await?)
    }

    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        page: MessagesPage,
        now: DateTime<Utc>,
    ) -> Result<CountedPage<Message>, RepositoryError> {
        Ok(self.read(move |conn| messages::messages(conn, id.get(), viewer.get(), page, now)).await?)
    }

    async fn message(
        &self,
        id: MessageId,
        viewer: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<Message>, RepositoryError> {
        let key = (id.get(), viewer.get());
        let found = self.read(move |conn| messages::messages_of_readers(conn, &BTreeSet::from([key]), now));
        Ok(found.await?.remove(&key))
    }

    async fn read_receipts(&self, id: ConversationId) -> Result<Vec<ReadReceipt>, RepositoryError> {
        Ok(self.read(move |conn| receipts(conn, id)).await?)
    }
}

/// The access of a user to a conversation.
pub(super) enum Access {
    Missing,
    Refused,
    /// The user reads as a participant: as themselves, or as the child whose guardian they are.
    As(Perspective),
}

pub(super) fn access(conn: &mut AnyConnection, viewer: UserId, id: ConversationId) -> Result<Access, StoreError> {
    let Some((kind, members, _)) = facts::members(conn, id)? else { return Ok(Access::Missing) };
    if members.iter().any(|member| member.user == viewer) {
        return Ok(Access::As(Perspective { user: viewer, is_guardian: false }));
    }
    for student in supervised(kind, &members) {
        if families::is_active_guardian(conn, viewer, student)? {
            return Ok(Access::As(Perspective { user: student, is_guardian: true }));
        }
    }
    Ok(Access::Refused)
}

fn reading_right(conn: &mut AnyConnection, viewer: UserId, id: ConversationId) -> Result<ReadingRight, StoreError> {
    Ok(match access(conn, viewer, id)? {
        Access::Missing => ReadingRight::Missing,
        Access::Refused => ReadingRight::Refused,
        Access::As(_) => ReadingRight::Granted,
    })
}

/// Looks up a conversation for a participant, or for a guardian who may read along.
fn look_up(conn: &mut AnyConnection, viewer: UserId, id: ConversationId) -> Result<ConversationLookup, StoreError> {
    let perspective = match access(conn, viewer, id)? {
        Access::Missing => return Ok(ConversationLookup::Missing),
        Access::Refused => return Ok(ConversationLookup::NotAParticipant),
        Access::As(perspective) => perspective,
    };
    match described::find(conn, perspective, id)? {
        Some(conversation) => found(conn, conversation),
        None => Ok(ConversationLookup::NotAParticipant),
    }
}

fn found(conn: &mut AnyConnection, conversation: Conversation) -> Result<ConversationLookup, StoreError> {
    let participants = described::participants(conn, conversation.id.get())?;
    Ok(ConversationLookup::Found(Box::new(ConversationDetails { conversation, participants })))
}

fn receipts(conn: &mut AnyConnection, id: ConversationId) -> Result<Vec<ReadReceipt>, StoreError> {
    type Row = (i64, i64, Option<NaiveDateTime>, Option<i64>);
    let message = chat_messages::conversation_id
        .eq(conversation_participants::conversation_id)
        .and(chat_messages::seq.eq(conversation_participants::receipt_seq));
    let rows: Vec<Row> = conversation_participants::table
        .left_join(chat_messages::table.on(message))
        .filter(conversation_participants::conversation_id.eq(id.get()))
        .order(conversation_participants::user_id)
        .select((
            conversation_participants::user_id,
            conversation_participants::receipt_seq,
            conversation_participants::receipt_at,
            chat_messages::id.nullable(),
        ))
        .load(conn)?;
    let receipt = |(user, last_read_seq, at, message): Row| ReadReceipt {
        user_id: UserId::new(user),
        last_read_seq,
        last_read_message_id: message.map(MessageId::new),
        last_read_at: at.map(instant),
    };
    Ok(rows.into_iter().map(receipt).collect())
}
