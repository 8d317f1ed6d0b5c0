//! [`ChatRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::chat::{
    ChatRepository, ChatSettings, Contact, ConversationFacts, DirectPlan, GroupCreationPlan, GroupPlan,
    MessageChangePlan, MessageFacts, MessagePlan, ReadingFacts, ReadingPlan, SendingFacts, SettingsChange,
};
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use async_trait::async_trait;
use diesel::prelude::*;

use super::append::{self, NewMessage, Target};
use super::{facts, groups, presence, settings};
use crate::Database;
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::events;
use crate::schema::{conversation_participants, conversations};
use crate::statement::Statement;

#[async_trait]
impl ChatRepository for Database {
    async fn sending_facts(
        &self,
        sender: UserId,
        conversation: ConversationId,
        reply_to: Option<MessageId>,
        client_message_id: Option<String>,
    ) -> Result<SendingFacts, RepositoryError> {
        let facts =
            self.read(move |conn| facts::sending(conn, sender, conversation, reply_to, client_message_id.as_deref()));
        Ok(facts.await?)
    }

    async fn send(&self, plan: MessagePlan) -> Result<MessageId, RepositoryError> {
        if plan.seen.other.is_some() {
            return Ok(self.send_message(plan).await?);
        }
        Ok(self.write(move |conn| send(conn, &plan)).await?)
    }

    async fn message_facts(&self, actor: UserId, id: MessageId) -> Result<Option<MessageFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::message(conn, actor, id)).await?)
    }

    async fn change_message(&self, plan: MessageChangePlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| change(conn, &plan)).await?)
    }

    async fn reading_facts(
        &self,
        reader: UserId,
        conversation: ConversationId,
        message: Option<MessageId>,
    ) -> Result<Option<ReadingFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::reading(conn, reader, conversation, message)).await?)
    }

    async fn mark_read(&self, plan: ReadingPlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| mark_read(conn, &plan)).await?)
    }

    async fn contacts(&self, actor: UserId, users: Vec<UserId>) -> Result<Vec<Contact>, RepositoryError> {
        Ok(self.read(move |conn| facts::contacts(conn, actor, &users)).await?)
    }

    async fn find_direct(&self, one: UserId, other: UserId) -> Result<Option<ConversationId>, RepositoryError> {
        let [low, high] = append::pair(one, other);
        let found = self.read(move |conn| {
            let id: Option<i64> = conversations::table
                .filter(conversations::direct_user_low.eq(low))
                .filter(conversations::direct_user_high.eq(high))
                .select(conversations::id)
                .first(conn)
                .optional()?;
            Ok(id.map(ConversationId::new))
        });
        Ok(found.await?)
    }

    async fn create_direct(&self, plan: DirectPlan) -> Result<ConversationId, RepositoryError> {
        Ok(self.write(move |conn| groups::create_direct(conn, &plan)).await?)
    }

    async fn create_group(&self, plan: GroupCreationPlan) -> Result<ConversationId, RepositoryError> {
        Ok(self.write(move |conn| groups::create(conn, &plan)).await?)
    }

    async fn conversation_facts(
        &self,
        actor: UserId,
        id: ConversationId,
    ) -> Result<Option<ConversationFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::conversation(conn, actor, id)).await?)
    }

    async fn change_group(&self, plan: GroupPlan) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| groups::change(conn, &plan)).await?)
    }

    async fn set_preferences(
        &self,
        user: UserId,
        conversation: ConversationId,
        is_muted: Option<bool>,
        is_archived: Option<bool>,
    ) -> Result<bool, RepositoryError> {
        let set = self.write(move |conn| {
            let text = "UPDATE conversation_participants SET is_muted = COALESCE(?, is_muted), \
                is_archived = COALESCE(?, is_archived) WHERE conversation_id = ? AND user_id = ?";
            let statement = Statement::new(text).bind(is_muted).bind(is_archived);
            Ok(statement.bind_all([conversation.get(), user.get()]).execute(conn)? > 0)
        });
        Ok(set.await?)
    }

    async fn settings(&self, user: UserId) -> Result<ChatSettings, RepositoryError> {
        Ok(self.read(move |conn| settings::load(conn, user)).await?)
    }

    async fn change_settings(&self, user: UserId, change: SettingsChange) -> Result<ChatSettings, RepositoryError> {
        Ok(self.write(move |conn| settings::change(conn, user, change)).await?)
    }

    async fn presence_visible(&self, viewer: UserId, users: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError> {
        Ok(self.read(move |conn| presence::visible(conn, viewer, &users)).await?)
    }

    async fn presence_viewers(&self, user: UserId, viewers: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError> {
        Ok(self.read(move |conn| presence::viewers(conn, user, &viewers)).await?)
    }
}

/// Sends a message to a group.
fn send(conn: &mut AnyConnection, plan: &MessagePlan) -> Result<MessageId, StoreError> {
    facts::guard(conn, plan.sender, &plan.seen)?;
    let sent = append::send(conn, &message(plan))?;
    events::append(conn, &plan.events(sent.message))?;
    Ok(sent.message)
}

/// Sends messages of direct conversations in one transaction. Each fails with `Conflict` on its own if what its plan has seen
/// has changed. The conversations are locked in ascending order.
pub(crate) fn send_all(conn: &mut AnyConnection, plans: &[MessagePlan]) -> Results<MessageId> {
    let mut results: Vec<Result<MessageId, StoreError>> = Vec::with_capacity(plans.len());
    results.extend(plans.iter().map(|_| Err(StoreError::Conflict)));
    let holds = facts::guard_direct(conn, plans)?;
    let mut sendable: Vec<_> = results.iter_mut().zip(plans).zip(holds).filter(|(_, holds)| *holds).collect();
    sendable.sort_by_key(|((_, plan), _)| plan.seen.id);
    let mut news = Vec::with_capacity(sendable.len());
    for ((result, plan), _) in sendable {
        let sent = append::send(conn, &message(plan))?.message;
        news.extend(plan.events(sent));
        *result = Ok(sent);
    }
    events::append(conn, &news)?;
    Ok(results)
}

fn message(plan: &MessagePlan) -> NewMessage<'_> {
    let draft = &plan.draft;
    NewMessage {
        sender: plan.sender,
        target: Target::Conversation(plan.seen.id.get()),
        message_type: draft.message_type,
        content: draft.content.as_deref(),
        media_url: draft.media_url.as_deref(),
        metadata: draft.metadata.as_deref(),
        reply_to: draft.reply_to.map(MessageId::get),
        client_message_id: draft.client_message_id.as_deref(),
        request: None,
        at: plan.at,
    }
}

fn change(conn: &mut AnyConnection, plan: &MessageChangePlan) -> Result<(), StoreError> {
    let (sender, id, at) = (plan.seen.sender, plan.seen.id.get(), plan.at.naive_utc());
    facts::guard(conn, sender, &plan.seen.conversation)?;
    let changed = match &plan.content {
        Some(content) => Statement::new(
            "UPDATE chat_messages SET content = ?, edited_at = ?, updated_at = ? WHERE id = ? AND NOT is_deleted",
        )
        .bind(content.as_str())
        .bind_all([at; 2])
        .bind(id)
        .execute(conn)?,
        None => Statement::new(
            "UPDATE chat_messages SET content = NULL, media_url = NULL, media_metadata = NULL, is_deleted = TRUE, \
             updated_at = ? WHERE id = ? AND NOT is_deleted",
        )
        .bind(at)
        .bind(id)
        .execute(conn)?,
    };
    if changed == 0 {
        return Err(StoreError::Conflict);
    }
    if plan.content.is_none() {
        let text = "UPDATE conversation_participants SET unread_count = unread_count - 1 WHERE conversation_id = ? \
            AND user_id <> ? AND (SELECT seq FROM chat_messages WHERE id = ?) > last_read_seq";
        Statement::new(text).bind_all([plan.conversation().get(), sender.get(), id]).execute(conn)?;
    }
    events::append(conn, &plan.events())
}

fn mark_read(conn: &mut AnyConnection, plan: &ReadingPlan) -> Result<(), StoreError> {
    let (conversation, reader, at) = (plan.seen.id.get(), plan.reader.get(), plan.at.naive_utc());
    facts::guard(conn, plan.reader, &plan.seen)?;
    if plan.is_shown && !settings::load(conn, plan.reader)?.read_receipts {
        return Err(StoreError::Conflict);
    }
    let text = "UPDATE conversation_participants SET last_read_seq = ?, last_read_at = ?, \
        unread_count = unread_count - (SELECT COUNT(*) FROM chat_messages m WHERE m.conversation_id = ? \
        AND m.seq > last_read_seq AND m.seq <= ? AND m.sender_user_id <> ? AND NOT m.is_deleted) \
        WHERE conversation_id = ? AND user_id = ? AND last_read_seq < ?";
    let moved = Statement::new(text)
        .bind(plan.seq)
        .bind(at)
        .bind_all([conversation, plan.seq, reader, conversation, reader, plan.seq])
        .execute(conn)?;
    if moved == 0 {
        return Ok(());
    }
    if plan.is_shown {
        let own = conversation_participants::table.find((conversation, reader));
        let shown =
            (conversation_participants::receipt_seq.eq(plan.seq), conversation_participants::receipt_at.eq(Some(at)));
        diesel::update(own).set(shown).execute(conn)?;
    }
    events::append(conn, &plan.events())
}
