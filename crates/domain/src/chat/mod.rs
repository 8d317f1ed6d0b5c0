//! Chat: conversations between users, and what is said in them.

mod conversation;
mod errors;
mod message;
mod ports;
mod service;

pub use conversation::{Conversation, ConversationKind, LastMessage, Participant};
pub use errors::ChatError;
pub use message::{Message, MessageType, RequestCard};
#[cfg(feature = "test-util")]
pub use ports::MockChatQueries;
pub use ports::{ChatQueries, Found};
pub use service::ChatService;
