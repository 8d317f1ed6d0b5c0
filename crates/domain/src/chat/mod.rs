//! Conversations between users, and their messages.
//!
//! [`plan_message`], [`plan_edit`], [`plan_deletion`] and [`plan_reading`] decide what happens in a conversation,
//! [`plan_direct`], [`plan_group`] and [`plan_group_change`] who takes part in it. [`Contact`] decides who may write to whom,
//! [`supervised`] whose guardians read along.

mod conversation;
mod draft;
mod errors;
mod facts;
#[cfg(test)]
mod fixtures;
mod group;
mod message;
mod notice;
mod ports;
mod reading;
mod sending;
mod service;
mod settings;

pub use conversation::{
    Conversation, ConversationDetails, ConversationKind, ConversationLookup, LastMessage, Participant, ParticipantRole,
    ReadReceipt, ReadingRight,
};
pub use draft::{MAX_CONTENT, MAX_METADATA, MessageDraft, client_message_id, content, media_url, sendable_type};
pub use errors::{ChatError, ChatRefusal};
pub use facts::{ConversationFacts, Member, supervised};
pub use group::{
    DirectPlan, GroupChange, GroupCreationPlan, GroupNotice, GroupPlan, MAX_PARTICIPANTS, plan_direct, plan_group,
    plan_group_change,
};
pub use message::{Message, MessageType, RequestCard, unless_deleted};
pub use notice::{Notice, NoticeKind};
pub use ports::{ChatQueries, ChatRepository, ConversationsPage, MessagesFrom, MessagesPage};
#[cfg(feature = "test-util")]
pub use ports::{MockChatQueries, MockChatRepository};
pub use reading::{ReadingFacts, ReadingPlan, UnreadFacts, is_read, plan_reading};
pub use sending::{
    EDIT_WINDOW, MessageChangePlan, MessageFacts, MessagePlan, Sending, SendingFacts, plan_deletion, plan_edit,
    plan_message,
};
pub use service::{ChatService, OpenedConversation};
pub use settings::{ChatSettings, Contact, MessagePolicy, SettingsChange, Unreachable};
