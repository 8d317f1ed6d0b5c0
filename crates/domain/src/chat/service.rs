//! The use cases of chat.

use std::sync::Arc;

use super::{ChatError, ChatQueries, Conversation, Found, Message, Participant};
use crate::accounts::Actor;
use crate::ids::{ConversationId, MessageId};
use crate::page::{Page, PageRequest, PageSize};
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

    /// A page of the caller's conversations, the last spoken in first, and how many there are in all.
    pub async fn conversations(
        &self,
        actor: &Actor,
        page: PageRequest,
        offset: i64,
    ) -> Result<(Page<Conversation>, i64), RepositoryError> {
        self.chat.conversations(actor.user_id, page, offset).await
    }

    /// One of the caller's conversations, with who takes part.
    pub async fn conversation(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<(Conversation, Vec<Participant>), ChatError> {
        match self.chat.conversation(actor.user_id, id).await? {
            Found::Nothing => Err(ChatError::NotFound),
            Found::NotYours => Err(ChatError::NotAParticipant),
            Found::Conversation(conversation, participants) => Ok((*conversation, participants)),
        }
    }

    /// A page of the messages of one of the caller's conversations, the newest first, and how many there
    /// are in all.
    pub async fn messages(
        &self,
        actor: &Actor,
        id: ConversationId,
        before: Option<MessageId>,
        size: PageSize,
    ) -> Result<(Page<Message>, i64), ChatError> {
        self.conversation(actor, id).await?;
        Ok(self.chat.messages(id, actor.user_id, before, size, self.clock.now()).await?)
    }
}
