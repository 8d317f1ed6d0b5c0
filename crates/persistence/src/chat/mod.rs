//! Conversations and messages.

mod messages;
mod queries;
mod writes;

pub(crate) use writes::{NewMessage, send_direct, send_request};
