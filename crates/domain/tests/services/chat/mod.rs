//! The use cases of chat, over mocks of their ports.

mod groups;
mod reads;
mod writes;

use std::sync::Arc;

use astegni_domain::chat::{
    ChatError, ChatRefusal, ChatService, Contact, Conversation, ConversationDetails, ConversationFacts,
    ConversationKind, ConversationLookup, Member, MessagePolicy, MockChatQueries, MockChatRepository, ParticipantRole,
    ReadingRight,
};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::{Edge, Kind, Pair, ProfileFacts, Status};
use astegni_domain::ids::{ConnectionId, ConversationId, UserId};
use mockall::predicate::eq;

use crate::support::now;

const USER: UserId = UserId::new(1);
const OTHER: UserId = UserId::new(2);
const CONVERSATION: ConversationId = ConversationId::new(5);

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
        guardians_can_read: false,
        is_read_only: false,
        is_muted: false,
        is_archived: false,
        created_at: now(),
        updated_at: now(),
    };
    ConversationDetails { conversation, participants: Vec::new() }
}

fn found() -> ConversationLookup {
    ConversationLookup::Found(Box::new(details()))
}

/// The ports of the service. Calls that a test does not expect fail it.
#[derive(Default)]
struct Ports {
    chat: MockChatRepository,
    queries: MockChatQueries,
}

impl Ports {
    fn service(self) -> ChatService {
        ChatService::new(Arc::new(self.chat), Arc::new(self.queries), Arc::new(ManualClock::new(now())))
    }

    /// Expects one look-up of the conversation.
    fn looking_up(mut self, result: Result<ConversationLookup, astegni_domain::RepositoryError>) -> Self {
        self.queries.expect_conversation().with(eq(USER), eq(CONVERSATION)).once().return_once(|_, _| result);
        self
    }
}

impl Ports {
    /// Expects one look-up of the caller's right to read the conversation.
    fn with_right(mut self, right: ReadingRight) -> Self {
        self.queries.expect_reading_right().with(eq(USER), eq(CONVERSATION)).once().returning(move |_, _| Ok(right));
        self
    }
}

/// User 2, with a public account.
fn contact(policy: MessagePolicy, edges: Vec<Edge>) -> Contact {
    let profile = ProfileFacts::of_stranger(true, false);
    let pair = Pair { actor: USER, other: OTHER, profile, edges, guardianships: Vec::new() };
    Contact { user: OTHER, pair: Some(pair), policy }
}

fn block() -> Edge {
    let since = now();
    let (id, kind, status) = (ConnectionId::new(1), Kind::Block, Status::Accepted);
    Edge { id, kind, initiator: OTHER, recipient: USER, status, since }
}

fn member(user: i64, role: ParticipantRole) -> Member {
    let user = UserId::new(user);
    Member { user, role, joined_at: now(), has_written: false, is_tutor: false, is_student: false }
}

/// The conversation of the caller with another user.
fn direct(other: Contact) -> ConversationFacts {
    let members = [1, 2].map(|user| member(user, ParticipantRole::Member)).to_vec();
    ConversationFacts { id: CONVERSATION, kind: ConversationKind::Direct, members, other: Some(other) }
}

/// A group of three users, in which the caller has a role.
fn group(role: ParticipantRole) -> ConversationFacts {
    let members = vec![member(1, role), member(2, ParticipantRole::Admin), member(3, ParticipantRole::Member)];
    ConversationFacts { id: CONVERSATION, kind: ConversationKind::Group, members, other: None }
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, ChatError>, expected: &ChatRefusal) {
    match outcome {
        Err(ChatError::Refused(refusal)) => assert_eq!(refusal, *expected),
        other => panic!("expected {expected:?}, not {other:?}"),
    }
}
