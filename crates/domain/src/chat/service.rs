//! The use cases of chat.

use std::sync::Arc;

use super::{
    ChatError, ChatQueries, Conversation, ConversationDetails, ConversationLookup, ConversationsPage, Message,
    MessagesPage,
};
use crate::accounts::Actor;
use crate::ids::ConversationId;
use crate::page::CountedPage;
use crate::{Clock, RepositoryError};

/// The use cases of chat.
#[derive(Clone)]
pub struct ChatService {
    chat: Arc<dyn ChatQueries>,
    clock: Arc<dyn Clock>,
}

impl ChatService {
    /// Wires the use cases to their ports.
    pub fn new(chat: Arc<dyn ChatQueries>, clock: Arc<dyn Clock>) -> Self {
        Self { chat, clock }
    }

    /// Returns a page of the caller's conversations, the one with the latest message first.
    pub async fn conversations(
        &self,
        actor: &Actor,
        page: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError> {
        self.chat.conversations(actor.user_id, page).await
    }

    /// Returns one of the caller's conversations with its participants.
    pub async fn conversation(&self, actor: &Actor, id: ConversationId) -> Result<ConversationDetails, ChatError> {
        match self.chat.conversation(actor.user_id, id).await? {
            ConversationLookup::Missing => Err(ChatError::NotFound),
            ConversationLookup::NotAParticipant => Err(ChatError::NotAParticipant),
            ConversationLookup::Found(details) => Ok(*details),
        }
    }

    /// Returns a page of the messages of one of the caller's conversations, the newest first.
    pub async fn messages(
        &self,
        actor: &Actor,
        id: ConversationId,
        page: MessagesPage,
    ) -> Result<CountedPage<Message>, ChatError> {
        self.conversation(actor, id).await?;
        Ok(self.chat.messages(id, actor.user_id, page, self.clock.now()).await?)
    }
}
