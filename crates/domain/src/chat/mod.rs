//! Chat: conversations between users, and what is said in them.

mod conversation;
mod message;
mod ports;
mod service;

pub use conversation::{Conversation, ConversationKind, LastMessage, Participant};
pub use message::{Message, MessageType, RequestCard};
pub use ports::*;
pub use service::{ChatError, ChatService};
