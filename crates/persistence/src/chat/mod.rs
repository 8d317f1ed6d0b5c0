//! Conversations and messages.

mod append;
mod conversations;
mod facts;
mod groups;
mod messages;
mod presence;
mod queries;
mod repository;
mod settings;

pub(crate) use append::{
    NewMessage, REQUEST, SentMessage, Target, notice_metadata, pair, send, send_request, send_with,
};
pub(crate) use messages::messages_of_readers;
pub(crate) use repository::send_all;
