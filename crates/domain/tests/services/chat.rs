//! The use cases of chat, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::chat::{
    ChatError, ChatService, Conversation, ConversationDetails, ConversationKind, ConversationLookup, ConversationsPage,
    MessagesPage, MockChatQueries,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::ids::{ConversationId, MessageId, UserId};
use astegni_domain::page::{CountedPage, Page, PageRequest};
use futures_executor::block_on;
use mockall::predicate::eq;

use crate::support::{now, student};

const USER: UserId = UserId::new(1);
const CONVERSATION: ConversationId = ConversationId::new(5);
const WANTED: MessagesPage = MessagesPage { page: PageRequest::FIRST, before: Some(MessageId::new(7)) };

fn details() -> ConversationDetails {
    let conversation = Conversation {
        id: CONVERSATION,
        kind: ConversationKind::Direct,
        name: None,
        avatar_url: None,
        other: None,
        unread_count: 3,
        participant_count: 2,
        last_message: None,
        is_muted: false,
        is_archived: false,
        created_at: now(),
        updated_at: now(),
    };
    ConversationDetails { conversation, participants: Vec::new() }
}

fn service(chat: MockChatQueries) -> ChatService {
    ChatService::new(Arc::new(chat), Arc::new(ManualClock::new(now())))
}

fn looking_up(result: Result<ConversationLookup, RepositoryError>) -> MockChatQueries {
    let mut chat = MockChatQueries::new();
    chat.expect_conversation().with(eq(USER), eq(CONVERSATION)).times(1).return_once(|_, _| result);
    chat
}

fn counted<T>(total: i64) -> CountedPage<T> {
    CountedPage { page: Page { items: Vec::new(), next: None }, total }
}

#[test]
fn the_callers_own_conversations_are_listed() {
    let wanted = ConversationsPage { page: PageRequest::FIRST, offset: 3 };
    let mut chat = MockChatQueries::new();
    chat.expect_conversations().with(eq(USER), eq(wanted)).times(1).returning(|_, _| Ok(counted(4)));
    assert_eq!(block_on(service(chat).conversations(&student(), wanted)).unwrap().total, 4);
}

#[test]
fn a_conversation_is_returned_to_its_participants() {
    let chat = looking_up(Ok(ConversationLookup::Found(Box::new(details()))));
    assert_eq!(block_on(service(chat).conversation(&student(), CONVERSATION)).unwrap(), details());
}

#[test]
fn a_conversation_of_others_is_forbidden_and_a_missing_one_is_not_found() {
    let read = |result| block_on(service(looking_up(result)).conversation(&student(), CONVERSATION));
    assert!(matches!(read(Ok(ConversationLookup::Missing)), Err(ChatError::NotFound)));
    assert!(matches!(read(Ok(ConversationLookup::NotAParticipant)), Err(ChatError::NotAParticipant)));
    assert!(matches!(read(Err(RepositoryError::Conflict)), Err(ChatError::Repository(_))));
}

#[test]
fn messages_are_read_as_of_now() {
    let mut chat = looking_up(Ok(ConversationLookup::Found(Box::new(details()))));
    chat.expect_messages()
        .with(eq(CONVERSATION), eq(USER), eq(WANTED), eq(now()))
        .times(1)
        .returning(|_, _, _, _| Ok(counted(9)));
    assert_eq!(block_on(service(chat).messages(&student(), CONVERSATION, WANTED)).unwrap().total, 9);
}

#[test]
fn messages_of_others_are_not_read() {
    let chat = looking_up(Ok(ConversationLookup::NotAParticipant));
    let read = block_on(service(chat).messages(&student(), CONVERSATION, WANTED));
    assert!(matches!(read, Err(ChatError::NotAParticipant)));
}
