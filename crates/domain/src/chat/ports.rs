//! Ports of chat.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Conversation, ConversationLookup, Message};
use crate::RepositoryError;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::page::{CountedPage, PageRequest};

/// A page of a user's conversations to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationsPage {
    /// The size of the page, and the row behind which it begins.
    pub page: PageRequest,
    /// The number of rows to skip, for old clients.
    pub offset: i64,
}

/// A page of a conversation's messages to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesPage {
    /// The size of the page, and the row behind which it begins.
    pub page: PageRequest,
    /// The message that all messages on the page precede.
    pub before: Option<MessageId>,
}

/// Queries on conversations.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ChatQueries: Send + Sync {
    /// Returns a page of the conversations that a user participates in, the one with the latest message first.
    async fn conversations(
        &self,
        viewer: UserId,
        page: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError>;

    /// Looks up a conversation for a user.
    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<ConversationLookup, RepositoryError>;

    /// Returns a page of a conversation's messages, the newest first. The status of requests is as of `now`.
    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        page: MessagesPage,
        now: DateTime<Utc>,
    ) -> Result<CountedPage<Message>, RepositoryError>;
}
