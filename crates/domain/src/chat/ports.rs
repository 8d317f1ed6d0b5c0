//! Ports of chat.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    ChatSettings, Contact, Conversation, ConversationFacts, ConversationLookup, DirectPlan, GroupCreationPlan,
    GroupPlan, Message, MessageChangePlan, MessageFacts, MessagePlan, ReadReceipt, ReadingFacts, ReadingPlan,
    ReadingRight, SendingFacts, SettingsChange,
};
use crate::RepositoryError;
use crate::ids::{ConversationId, MessageId, StudentId, UserId};
use crate::page::{CountedPage, PageRequest};

/// A page of a user's conversations to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationsPage {
    /// The size of the page, and the row behind which it begins.
    pub page: PageRequest,
    /// The number of rows to skip, for old clients.
    pub offset: i64,
    /// A child of the caller, whose conversations with tutors are listed in place of the caller's own.
    pub student: Option<StudentId>,
}

/// A position in a conversation at which a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagesFrom {
    /// The latest message.
    Latest,
    /// The messages before this one, the nearest first.
    Before(MessageId),
    /// The messages after this one, the nearest first.
    After(MessageId),
}

/// A page of a conversation's messages to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagesPage {
    /// The size of the page, and the row behind which it begins.
    pub page: PageRequest,
    /// The position of the first page.
    pub from: MessagesFrom,
}

/// Stores conversations, messages and settings.
///
/// Every write MUST guard the facts that its plan has seen and return `Conflict`, with nothing written, if one no longer
/// holds. Places of messages MUST have no gaps, and instants MUST be in the order of places.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ChatRepository: Send + Sync {
    /// Loads the facts about a message to be sent by a user.
    async fn sending_facts(
        &self,
        sender: UserId,
        conversation: ConversationId,
        reply_to: Option<MessageId>,
        client_message_id: Option<String>,
    ) -> Result<SendingFacts, RepositoryError>;

    /// Adds a message. MUST return `Conflict` if the sender has sent one with the same id of their own.
    async fn send(&self, plan: MessagePlan) -> Result<MessageId, RepositoryError>;

    /// Loads the facts about a message that an actor wants to change.
    async fn message_facts(&self, actor: UserId, id: MessageId) -> Result<Option<MessageFacts>, RepositoryError>;

    /// Replaces the content of a message, or leaves a tombstone that keeps nothing of it. A tombstone no longer counts as
    /// unread.
    async fn change_message(&self, plan: MessageChangePlan) -> Result<(), RepositoryError>;

    /// Loads the facts about reading a conversation up to a message, or up to its end.
    async fn reading_facts(
        &self,
        reader: UserId,
        conversation: ConversationId,
        message: Option<MessageId>,
    ) -> Result<Option<ReadingFacts>, RepositoryError>;

    /// Moves a read marker forward. MUST change nothing, and tell nobody, if it is there already.
    async fn mark_read(&self, plan: ReadingPlan) -> Result<(), RepositoryError>;

    /// Returns users as an actor may write to them. MUST return one entry for each given user, in the given order.
    async fn contacts(&self, actor: UserId, users: Vec<UserId>) -> Result<Vec<Contact>, RepositoryError>;

    /// Returns the direct conversation of two users, if they have one.
    async fn find_direct(&self, one: UserId, other: UserId) -> Result<Option<ConversationId>, RepositoryError>;

    /// Creates a direct conversation. MUST return `Conflict` if the two have one.
    async fn create_direct(&self, plan: DirectPlan) -> Result<ConversationId, RepositoryError>;

    /// Creates a group with its first message.
    async fn create_group(&self, plan: GroupCreationPlan) -> Result<ConversationId, RepositoryError>;

    /// Loads the facts about a conversation that an actor wants to change.
    async fn conversation_facts(
        &self,
        actor: UserId,
        id: ConversationId,
    ) -> Result<Option<ConversationFacts>, RepositoryError>;

    /// Writes a change of a group and the messages about it. Participants who join see the messages from then on.
    async fn change_group(&self, plan: GroupPlan) -> Result<(), RepositoryError>;

    /// Sets whether a participant has muted and archived a conversation; `None` changes nothing. Returns false if the user
    /// is not a participant.
    async fn set_preferences(
        &self,
        user: UserId,
        conversation: ConversationId,
        is_muted: Option<bool>,
        is_archived: Option<bool>,
    ) -> Result<bool, RepositoryError>;

    /// Returns the settings of a user, by default those of one who has never changed them.
    async fn settings(&self, user: UserId) -> Result<ChatSettings, RepositoryError>;

    /// Changes settings and returns the result.
    async fn change_settings(&self, user: UserId, change: SettingsChange) -> Result<ChatSettings, RepositoryError>;

    /// Returns those of some users whose presence a viewer may see: they have written to the viewer in a direct
    /// conversation, neither has blocked the other, and their settings allow it.
    async fn presence_visible(&self, viewer: UserId, users: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError>;

    /// Returns those of some viewers who may see the presence of a user, by the same rule.
    async fn presence_viewers(&self, user: UserId, viewers: Vec<UserId>) -> Result<Vec<UserId>, RepositoryError>;
}

/// Queries on conversations.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait ChatQueries: Send + Sync {
    /// Returns a page of the conversations that a user participates in, or of those of the user's child with tutors, the
    /// one with the latest message first.
    async fn conversations(
        &self,
        viewer: UserId,
        page: ConversationsPage,
    ) -> Result<CountedPage<Conversation>, RepositoryError>;

    /// Returns whether a user may read a conversation.
    async fn reading_right(&self, viewer: UserId, id: ConversationId) -> Result<ReadingRight, RepositoryError>;

    /// Looks up a conversation for a user.
    async fn conversation(&self, viewer: UserId, id: ConversationId) -> Result<ConversationLookup, RepositoryError>;

    /// Returns a page of a conversation's messages, of which a participant sees those since joining. The status of
    /// requests is as of `now`.
    async fn messages(
        &self,
        id: ConversationId,
        viewer: UserId,
        page: MessagesPage,
        now: DateTime<Utc>,
    ) -> Result<CountedPage<Message>, RepositoryError>;

    /// Returns a message as a participant sees it.
    async fn message(
        &self,
        id: MessageId,
        viewer: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<Message>, RepositoryError>;

    /// Returns the places up to which the participants of a conversation let it be known that they have read, by user.
    async fn read_receipts(&self, id: ConversationId) -> Result<Vec<ReadReceipt>, RepositoryError>;
}
