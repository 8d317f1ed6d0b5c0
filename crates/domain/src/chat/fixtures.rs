//! Conversations and contacts, shared by the tests of this context.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Contact, ConversationFacts, ConversationKind, Member, MessagePolicy, ParticipantRole};
use crate::connections::{Edge, Kind, Pair, ProfileFacts, Status};
use crate::events::Event;
use crate::ids::{ConnectionId, ConversationId, UserId};

/// The user who acts, a student.
pub(super) const ME: UserId = UserId::new(1);
/// The other participant of a direct conversation, a tutor.
pub(super) const OTHER: UserId = UserId::new(2);
pub(super) const CONVERSATION: ConversationId = ConversationId::new(5);

pub(super) fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

/// A user with a public account and some connections with [`ME`].
pub(super) fn contact(user: UserId, policy: MessagePolicy, edges: Vec<Edge>) -> Contact {
    let profile = ProfileFacts::of_stranger(true, false);
    let pair = Pair { actor: ME, other: user, profile, edges, guardianships: Vec::new() };
    Contact { user, pair: Some(pair), policy }
}

/// A user who is a stranger to [`ME`] and accepts messages from everyone.
pub(super) fn stranger(user: i64) -> Contact {
    contact(UserId::new(user), MessagePolicy::Everyone, Vec::new())
}

pub(super) fn edge(kind: Kind, status: Status, initiator: UserId) -> Edge {
    let recipient = if initiator == ME { OTHER } else { ME };
    Edge { id: ConnectionId::new(1), kind, initiator, recipient, status, since: DateTime::UNIX_EPOCH }
}

pub(super) fn block(initiator: UserId) -> Edge {
    edge(Kind::Block, Status::Accepted, initiator)
}

/// A participant who joined a minute after the one with the next lower id.
pub(super) fn member(user: i64, role: ParticipantRole) -> Member {
    Member {
        user: UserId::new(user),
        role,
        joined_at: now() + TimeDelta::minutes(user),
        has_written: false,
        is_tutor: user == OTHER.get(),
        is_student: user == ME.get(),
    }
}

/// The conversation of [`ME`] with [`OTHER`].
pub(super) fn direct(other: Contact) -> ConversationFacts {
    let members = [1, 2].map(|user| member(user, ParticipantRole::Member)).to_vec();
    ConversationFacts { id: CONVERSATION, kind: ConversationKind::Direct, members, other: Some(other) }
}

/// A group with some admins and some members.
pub(super) fn group(admins: &[i64], members: &[i64]) -> ConversationFacts {
    let of = |users: &[i64], role| users.iter().map(|user| member(*user, role)).collect::<Vec<_>>();
    let mut members = [of(admins, ParticipantRole::Admin), of(members, ParticipantRole::Member)].concat();
    members.sort_by_key(|member| member.user);
    ConversationFacts { id: CONVERSATION, kind: ConversationKind::Group, members, other: None }
}

/// The users whom an event is for, and those whose guardians are.
pub(super) fn audience(event: &Event) -> (Vec<i64>, Vec<i64>) {
    let numbers = |users: &[UserId]| users.iter().map(|user| user.get()).collect();
    (numbers(&event.audience.users), numbers(&event.audience.guardians_of))
}
