//! The use cases of chat.

use std::sync::Arc;

use super::sending::check_may_write;
use super::{
    ChatError, ChatQueries, ChatRefusal, ChatRepository, ChatSettings, Contact, Conversation, ConversationDetails,
    ConversationLookup, ConversationsPage, GroupChange, Message, MessageDraft, MessagesPage, ReadReceipt, ReadingRight,
    Sending, SettingsChange, Unreachable, plan_deletion, plan_direct, plan_edit, plan_group, plan_group_change,
    plan_message, plan_reading,
};
use crate::accounts::Actor;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::page::CountedPage;
use crate::{Clock, RepositoryError, retry_on_conflict};

/// The use cases of chat.
#[derive(Clone)]
pub struct ChatService {
    chat: Arc<dyn ChatRepository>,
    queries: Arc<dyn ChatQueries>,
    clock: Arc<dyn Clock>,
}

/// The conversation that a call has found or created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedConversation {
    /// The conversation.
    pub details: ConversationDetails,
    /// Whether it existed before the call.
    pub existing: bool,
}

impl ChatService {
    /// Wires the use cases to their ports.
    pub fn new(chat: Arc<dyn ChatRepository>, queries: Arc<dyn ChatQueries>, clock: Arc<dyn Clock>) -> Self {
        Self { chat, queries, clock }
    }

    /// Returns a page of the caller's conversations, or of those of the caller's child with tutors, the one with the latest
    /// message first.
    pub async fn conversations(
        &self,
        actor: &Actor,
        page: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError> {
        self.queries.conversations(actor.user_id, page).await
    }

    /// Returns a conversation that the caller may read, with its participants.
    pub async fn conversation(&self, actor: &Actor, id: ConversationId) -> Result<ConversationDetails, ChatError> {
        match self.queries.conversation(actor.user_id, id).await? {
            ConversationLookup::Missing => Err(ChatRefusal::NotFound.into()),
            ConversationLookup::NotAParticipant => Err(ChatRefusal::NotAParticipant.into()),
            ConversationLookup::Found(details) => Ok(*details),
        }
    }

    /// Returns a page of the messages of a conversation that the caller may read.
    pub async fn messages(
        &self,
        actor: &Actor,
        id: ConversationId,
        page: MessagesPage,
    ) -> Result<CountedPage<Message>, ChatError> {
        self.check_may_read(actor, id).await?;
        Ok(self.queries.messages(id, actor.user_id, page, self.clock.now()).await?)
    }

    /// Returns the read receipts of a conversation that the caller may read.
    pub async fn read_receipts(&self, actor: &Actor, id: ConversationId) -> Result<Vec<ReadReceipt>, ChatError> {
        self.check_may_read(actor, id).await?;
        Ok(self.queries.read_receipts(id).await?)
    }

    async fn check_may_read(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        match self.queries.reading_right(actor.user_id, id).await? {
            ReadingRight::Missing => Err(ChatRefusal::NotFound.into()),
            ReadingRight::Refused => Err(ChatRefusal::NotAParticipant.into()),
            ReadingRight::Granted => Ok(()),
        }
    }

    /// Sends a message, or returns the one that the caller has sent with the same id before.
    pub async fn send(&self, actor: &Actor, draft: MessageDraft) -> Result<Message, ChatError> {
        let sender = actor.user_id;
        let id = retry_on_conflict(async || {
            let client_id = draft.client_message_id.clone();
            let facts = self.chat.sending_facts(sender, draft.conversation, draft.reply_to, client_id).await?;
            match plan_message(sender, draft.clone(), facts, self.clock.now())? {
                Sending::Repeated(message) => Ok(Ok(message)),
                Sending::New(plan) => Ok::<_, ChatError>(self.chat.send(*plan).await),
            }
        })
        .await?;
        self.message(actor, id).await
    }

    /// Replaces the content of one of the caller's messages.
    pub async fn edit(&self, actor: &Actor, id: MessageId, content: String) -> Result<Message, ChatError> {
        retry_on_conflict(async || {
            let facts = self.chat.message_facts(actor.user_id, id).await?.ok_or(ChatRefusal::MessageNotFound)?;
            let plan = plan_edit(actor.user_id, content.clone(), facts, self.clock.now())?;
            Ok::<_, ChatError>(self.chat.change_message(plan).await)
        })
        .await?;
        self.message(actor, id).await
    }

    /// Deletes one of the caller's messages, which leaves a tombstone.
    pub async fn delete(&self, actor: &Actor, id: MessageId) -> Result<Message, ChatError> {
        retry_on_conflict(async || {
            let facts = self.chat.message_facts(actor.user_id, id).await?.ok_or(ChatRefusal::MessageNotFound)?;
            match plan_deletion(actor.user_id, facts, self.clock.now())? {
                Some(plan) => Ok::<_, ChatError>(self.chat.change_message(plan).await),
                None => Ok(Ok(())),
            }
        })
        .await?;
        self.message(actor, id).await
    }

    async fn message(&self, actor: &Actor, id: MessageId) -> Result<Message, ChatError> {
        let message = self.queries.message(id, actor.user_id, self.clock.now()).await?;
        Ok(message.ok_or(ChatRefusal::MessageNotFound)?)
    }

    /// Marks a conversation as read by the caller up to a message, or up to its end. Returns the conversation.
    pub async fn mark_read(
        &self,
        actor: &Actor,
        id: ConversationId,
        message: Option<MessageId>,
    ) -> Result<ConversationDetails, ChatError> {
        retry_on_conflict(async || {
            let facts = self.chat.reading_facts(actor.user_id, id, message).await?.ok_or(ChatRefusal::NotFound)?;
            let plan = plan_reading(actor.user_id, facts, self.clock.now())?;
            Ok::<_, ChatError>(self.chat.mark_read(plan).await)
        })
        .await?;
        self.conversation(actor, id).await
    }

    /// Returns the caller's direct conversation with another user, which is created if there is none.
    pub async fn open_direct(&self, actor: &Actor, other: UserId) -> Result<OpenedConversation, ChatError> {
        if other == actor.user_id {
            return Err(ChatRefusal::OwnAccount.into());
        }
        let (id, existing) = retry_on_conflict(async || {
            if let Some(id) = self.chat.find_direct(actor.user_id, other).await? {
                return Ok(Ok((id, true)));
            }
            let contact = self.contact(actor, other).await?;
            let plan = plan_direct(actor.user_id, contact, self.clock.now())?;
            Ok::<_, ChatError>(self.chat.create_direct(plan).await.map(|id| (id, false)))
        })
        .await?;
        Ok(OpenedConversation { details: self.conversation(actor, id).await?, existing })
    }

    async fn contact(&self, actor: &Actor, other: UserId) -> Result<Contact, ChatError> {
        let contact = self.chat.contacts(actor.user_id, vec![other]).await?.pop();
        Ok(contact.ok_or(ChatRefusal::Unreachable(Unreachable::NotFound))?)
    }

    /// Creates a group of the caller and some other users.
    pub async fn create_group(
        &self,
        actor: &Actor,
        name: String,
        users: Vec<UserId>,
    ) -> Result<OpenedConversation, ChatError> {
        let id = retry_on_conflict(async || {
            let contacts = self.chat.contacts(actor.user_id, users.clone()).await?;
            let plan = plan_group(actor.user_id, name.clone(), contacts, self.clock.now())?;
            Ok::<_, ChatError>(self.chat.create_group(plan).await)
        })
        .await?;
        Ok(OpenedConversation { details: self.conversation(actor, id).await?, existing: false })
    }

    /// Gives a group another name.
    pub async fn rename(&self, actor: &Actor, id: ConversationId, name: String) -> Result<(), ChatError> {
        self.change_group(actor, id, async || Ok(GroupChange::Rename(name.clone()))).await.map(drop)
    }

    /// Adds users to a group. Returns the number of those who did not participate before.
    pub async fn add_participants(
        &self,
        actor: &Actor,
        id: ConversationId,
        users: Vec<UserId>,
    ) -> Result<usize, ChatError> {
        let change = async || Ok(GroupChange::Add(self.chat.contacts(actor.user_id, users.clone()).await?));
        self.change_group(actor, id, change).await
    }

    /// Removes a participant from a group, which the caller may be.
    pub async fn remove_participant(&self, actor: &Actor, id: ConversationId, user: UserId) -> Result<(), ChatError> {
        self.change_group(actor, id, async || Ok(GroupChange::Remove(user))).await.map(drop)
    }

    /// Writes a change of a group, and returns the number of users who join.
    async fn change_group(
        &self,
        actor: &Actor,
        id: ConversationId,
        change: impl AsyncFn() -> Result<GroupChange, ChatError>,
    ) -> Result<usize, ChatError> {
        retry_on_conflict(async || {
            let facts = self.chat.conversation_facts(actor.user_id, id).await?.ok_or(ChatRefusal::NotFound)?;
            match plan_group_change(actor.user_id, facts, change().await?, self.clock.now())? {
                Some(plan) => {
                    let added = plan.adds.len();
                    Ok::<_, ChatError>(self.chat.change_group(plan).await.map(|()| added))
                }
                None => Ok(Ok(0)),
            }
        })
        .await
    }

    /// Mutes or archives a conversation for the caller alone, or undoes that.
    pub async fn set_preferences(
        &self,
        actor: &Actor,
        id: ConversationId,
        is_muted: Option<bool>,
        is_archived: Option<bool>,
    ) -> Result<ConversationDetails, ChatError> {
        if !self.chat.set_preferences(actor.user_id, id, is_muted, is_archived).await? {
            self.check_may_read(actor, id).await?;
            return Err(ChatRefusal::NotAParticipant.into());
        }
        self.conversation(actor, id).await
    }

    /// Returns the caller's settings.
    pub async fn settings(&self, actor: &Actor) -> Result<ChatSettings, RepositoryError> {
        self.chat.settings(actor.user_id).await
    }

    /// Changes the caller's settings and returns the result.
    pub async fn change_settings(
        &self,
        actor: &Actor,
        change: SettingsChange,
    ) -> Result<ChatSettings, RepositoryError> {
        self.chat.change_settings(actor.user_id, change).await
    }

    /// Returns the users who are told that the caller is typing in a conversation. None are told if the caller's settings say
    /// so, or if the caller could not send a message.
    pub async fn typing_audience(&self, actor: &Actor, id: ConversationId) -> Result<Vec<UserId>, RepositoryError> {
        let Some(facts) = self.chat.conversation_facts(actor.user_id, id).await? else { return Ok(Vec::new()) };
        let may_write = check_may_write(&facts, actor.user_id).is_ok();
        if !may_write || !self.chat.settings(actor.user_id).await?.typing_indicators {
            return Ok(Vec::new());
        }
        let others = facts.audience().without(actor.user_id).users;
        if facts.other.is_some() {
            return Ok(others);
        }
        // Nothing is told across a block in a group either.
        let contacts = self.chat.contacts(actor.user_id, others).await?;
        Ok(contacts.iter().filter(|contact| contact.check_open().is_ok()).map(|contact| contact.user).collect())
    }

    /// Returns those of some users about whom the caller may learn whether they are online.
    pub async fn visible_presence(&self, actor: &Actor, users: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError> {
        self.chat.presence_visible(actor.user_id, users).await
    }

    /// Returns those of some users who may learn whether a user is online.
    pub async fn presence_viewers(&self, user: UserId, viewers: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError> {
        self.chat.presence_viewers(user, viewers).await
    }
}
