//! The contract of [`ChatRepository`](astegni_domain::chat::ChatRepository) and [`ChatQueries`].

mod groups;
mod guardians;
mod reading;
mod unread;
mod writing;

use std::sync::Arc;

use astegni_domain::accounts::{Actor, Role};
use astegni_domain::chat::{
    ChatError, ChatQueries, ChatRefusal, ChatService, Conversation, ConversationsPage, Message, MessageDraft,
    MessageType, MessagesFrom, MessagesPage,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{ConversationId, PackageId};
use astegni_domain::page::PageRequest;
use astegni_domain::requests::SentRequest;
use chrono::{DateTime, Utc};
use futures_executor::block_on;

use crate::harness::{World, draft, now};

const FIRST: ConversationsPage = ConversationsPage { page: PageRequest::FIRST, offset: 0, student: None };

fn chat_at(world: &World, at: DateTime<Utc>) -> ChatService {
    let database = Arc::new(world.database.clone());
    ChatService::new(database.clone(), database, Arc::new(ManualClock::new(at)))
}

pub(crate) fn chat(world: &World) -> ChatService {
    chat_at(world, now())
}

pub(crate) fn text(conversation: ConversationId, content: &str) -> MessageDraft {
    MessageDraft {
        conversation,
        message_type: MessageType::Text,
        content: Some(content.to_owned()),
        media_url: None,
        metadata: None,
        reply_to: None,
        client_message_id: None,
    }
}

/// Sends a text message.
pub(crate) fn say(world: &World, sender: &Actor, conversation: ConversationId, content: &str) -> Message {
    block_on(chat(world).send(sender, text(conversation, content))).unwrap()
}

/// Returns the direct conversation of two users.
pub(crate) fn direct(world: &World, one: &Actor, other: &Actor) -> ConversationId {
    block_on(chat(world).open_direct(one, other.user_id)).unwrap().details.conversation.id
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, ChatError>) -> ChatRefusal {
    match outcome {
        Err(ChatError::Refused(refusal)) => refusal,
        outcome => panic!("not refused: {outcome:?}"),
    }
}

fn send_at(
    world: &World,
    at: DateTime<Utc>,
    student: &Actor,
    tutor: &Actor,
    package: Option<PackageId>,
) -> SentRequest {
    block_on(world.requests_at(at).create(student, draft(tutor, package))).unwrap()
}

/// A tutor, a student, and the student's request.
fn requested(world: &World) -> (Actor, Actor, SentRequest) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let sent = send_at(world, now(), &student, &tutor, None);
    (tutor, student, sent)
}

fn messages(world: &World, id: ConversationId, viewer: &Actor) -> Vec<Message> {
    let page = MessagesPage { page: PageRequest::FIRST, from: MessagesFrom::Latest };
    block_on(world.database.messages(id, viewer.user_id, page, now())).unwrap().page.items
}

fn conversations(world: &World, viewer: &Actor) -> Vec<Conversation> {
    let list = block_on(world.database.conversations(viewer.user_id, FIRST)).unwrap();
    assert_eq!(usize::try_from(list.total).unwrap(), list.page.items.len());
    list.page.items
}
