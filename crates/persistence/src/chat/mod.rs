//! Conversations and messages.

mod messages;
mod queries;
mod writes;

pub(crate) use writes::{NewMessage, REQUEST, send_direct, send_request, send_with};
