//! Sending, editing and deleting messages.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ChatRefusal, ConversationFacts, MessageDraft, MessageType};
use crate::events::{Event, EventKind};
use crate::ids::{ConversationId, MessageId, UserId};
use crate::validation::{Invalid, Violations};

/// The time within which a sender may edit a message.
pub const EDIT_WINDOW: TimeDelta = TimeDelta::hours(24);

/// Facts that [`plan_message`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendingFacts {
    /// The conversation, if it exists.
    pub conversation: Option<ConversationFacts>,
    /// Whether the message that is replied to is one of this conversation's, and not a tombstone.
    pub has_reply_target: bool,
    /// The message that the sender has sent with the same id, if there is one.
    pub repeated: Option<MessageId>,
}

/// A message to be added to a conversation. The write guards `seen` and the uniqueness of the sender's own id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePlan {
    /// The conversation as the decision saw it.
    pub seen: ConversationFacts,
    /// The user who sends the message.
    pub sender: UserId,
    /// The message.
    pub draft: MessageDraft,
    /// The instant of sending.
    pub at: DateTime<Utc>,
}

impl MessagePlan {
    /// Returns the events of the message, whose id the write has given.
    pub fn events(&self, message: MessageId) -> Vec<Event> {
        vec![message_event(EventKind::MessageSent, &self.seen, message, self.sender, self.at)]
    }
}

fn message_event(
    kind: EventKind,
    conversation: &ConversationFacts,
    message: MessageId,
    actor: UserId,
    at: DateTime<Utc>,
) -> Event {
    Event::of_message(kind, (conversation.id, message), actor, conversation.audience(), at)
}

/// The decision on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// The message has been sent before.
    Repeated(MessageId),
    /// The message is sent.
    New(Box<MessagePlan>),
}

/// Decides whether a message is sent.
pub fn plan_message(
    sender: UserId,
    draft: MessageDraft,
    facts: SendingFacts,
    now: DateTime<Utc>,
) -> Result<Sending, ChatRefusal> {
    if let Some(message) = facts.repeated {
        return Ok(Sending::Repeated(message));
    }
    let seen = facts.conversation.ok_or(ChatRefusal::NotFound)?;
    check_may_write(&seen, sender)?;
    if draft.reply_to.is_some() && !facts.has_reply_target {
        let mut violations = Violations::new();
        let reason = Invalid::new("unknown_message", "must be a message of this conversation that is not deleted");
        violations.add("reply_to_id", reason);
        return Err(ChatRefusal::Invalid(violations));
    }
    Ok(Sending::New(Box::new(MessagePlan { seen, sender, draft, at: now })))
}

/// Fails unless a user may write in a conversation.
///
/// In a direct conversation, a block silently ends the messages of both sides. A recipient who has written to the sender
/// in the conversation, by answering a request for instance, has admitted the sender.
pub(super) fn check_may_write(conversation: &ConversationFacts, user: UserId) -> Result<(), ChatRefusal> {
    conversation.member(user).ok_or(ChatRefusal::NotAParticipant)?;
    let Some(other) = &conversation.other else { return Ok(()) };
    let has_answered = conversation.member(other.user).is_some_and(|member| member.has_written);
    let checked = if has_answered { other.check_open().map(drop) } else { other.check_admitted() };
    checked.map_err(ChatRefusal::Unreachable)
}

/// Facts about a message that is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a message")]
pub struct MessageFacts {
    pub id: MessageId,
    pub sender: UserId,
    pub message_type: MessageType,
    pub is_deleted: bool,
    pub created_at: DateTime<Utc>,
    /// The conversation that the message belongs to.
    pub conversation: ConversationFacts,
}

impl MessageFacts {
    /// Fails unless an actor is a participant and the sender of a message that users may change.
    fn check_own(&self, actor: UserId) -> Result<(), ChatRefusal> {
        self.conversation.member(actor).ok_or(ChatRefusal::NotAParticipant)?;
        if self.sender != actor {
            return Err(ChatRefusal::SenderOnly);
        }
        if self.message_type.is_content() { Ok(()) } else { Err(ChatRefusal::NotChangeable) }
    }
}

/// A new content of a message, or its deletion. The write guards `seen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageChangePlan {
    /// The message as the decision saw it.
    pub seen: MessageFacts,
    /// The new text; `None` leaves a tombstone.
    pub content: Option<String>,
    /// The instant of the change.
    pub at: DateTime<Utc>,
}

impl MessageChangePlan {
    /// Returns the conversation of the message.
    pub fn conversation(&self) -> ConversationId {
        self.seen.conversation.id
    }

    /// Returns the events of the change.
    pub fn events(&self) -> Vec<Event> {
        let kind = if self.content.is_some() { EventKind::MessageEdited } else { EventKind::MessageDeleted };
        vec![message_event(kind, &self.seen.conversation, self.seen.id, self.seen.sender, self.at)]
    }
}

/// Decides whether the content of a message is replaced. An edit reaches the other participants like a new message, so the
/// sender has to be allowed to write.
pub fn plan_edit(
    actor: UserId,
    content: String,
    facts: MessageFacts,
    now: DateTime<Utc>,
) -> Result<MessageChangePlan, ChatRefusal> {
    facts.check_own(actor)?;
    if facts.is_deleted {
        return Err(ChatRefusal::MessageDeleted);
    }
    if now >= facts.created_at + EDIT_WINDOW {
        return Err(ChatRefusal::TooLateToEdit);
    }
    check_may_write(&facts.conversation, actor)?;
    Ok(MessageChangePlan { seen: facts, content: Some(content), at: now })
}

/// Decides whether a message becomes a tombstone; `None` if it is one already.
pub fn plan_deletion(
    actor: UserId,
    facts: MessageFacts,
    now: DateTime<Utc>,
) -> Result<Option<MessageChangePlan>, ChatRefusal> {
    facts.check_own(actor)?;
    if facts.is_deleted {
        return Ok(None);
    }
    Ok(Some(MessageChangePlan { seen: facts, content: None, at: now }))
}

#[cfg(test)]
mod tests;
