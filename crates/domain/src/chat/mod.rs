//! Conversations between users, and their messages.

mod conversation;
mod errors;
mod message;
mod ports;
mod reading;
mod service;

pub use conversation::{
    Conversation, ConversationDetails, ConversationKind, ConversationLookup, LastMessage, Participant, ParticipantRole,
};
pub use errors::ChatError;
pub use message::{Message, MessageType, RequestCard, unless_deleted};
#[cfg(feature = "test-util")]
pub use ports::MockChatQueries;
pub use ports::{ChatQueries, ConversationsPage, MessagesPage};
pub use reading::{UnreadFacts, is_read};
pub use service::ChatService;
