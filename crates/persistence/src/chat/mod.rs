//! Conversations and messages.

mod messages;
mod queries;
mod writes;

pub(crate) use writes::{NewDirectConversation, NewMessage, append_message, direct_conversation};
