//! What chat needs from outside.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Conversation, Message, Participant};
use crate::RepositoryError;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::page::{Page, PageRequest, PageSize};

/// What looking for a conversation comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// There is none.
    Nothing,
    /// There is one, in which the viewer takes no part.
    NotYours,
    /// The conversation and who takes part.
    Conversation(Box<Conversation>, Vec<Participant>),
}

/// Answers questions about conversations.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ChatQueries: Send + Sync {
    /// A page of the conversations that a user takes part in, the last spoken in first, and how many there
    /// are in all. `offset` rows are passed over, for old clients.
    async fn conversations(
        &self,
        viewer: UserId,
        page: PageRequest,
        offset: i64,
    ) -> Result<(Page<Conversation>, i64), RepositoryError>;

    /// One conversation with who takes part, if the viewer is among them.
    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<Found, RepositoryError>;

    /// A page of a conversation's messages, the newest first, and how many there are in all; only those
    /// before a message where one is given. A request that a message is about stands as of `now`.
    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        before: Option<MessageId>,
        size: PageSize,
        now: DateTime<Utc>,
    ) -> Result<(Page<Message>, i64), RepositoryError>;
}
