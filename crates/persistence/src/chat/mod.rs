//! Conversations and messages.

mod messages;
mod queries;
mod writes;

pub(crate) use writes::{NewDirectConversation, NewMessage, direct_conversation, say};
