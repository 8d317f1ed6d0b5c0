//! The events of session requests, and who is told about them.

use chrono::{DateTime, Utc};

use super::{RequestStatus, SessionRequest};
use crate::events::{Audience, Event, EventKind, Subject};
use crate::ids::{ConversationId, MessageId, RequestId, UserId};
use crate::schedule::Parties;

/// The users whom a request concerns, apart from the student's guardians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Involved {
    /// The user who sent the request.
    pub requester: UserId,
    /// The users who would meet.
    pub parties: Parties,
}

impl From<&SessionRequest> for Involved {
    fn from(request: &SessionRequest) -> Self {
        Self { requester: request.requester_id, parties: request.parties }
    }
}

impl Involved {
    /// Returns everyone who may see the request, see [`SessionRequest::is_visible_to`], apart from the actor.
    pub fn audience(self, actor: Option<UserId>) -> Audience {
        let Parties { tutor, student } = self.parties;
        let everyone = Audience::of([tutor, student, self.requester]).with_guardians_of([student]);
        actor.into_iter().fold(everyone, Audience::without)
    }

    /// Returns the participants of the conversation of the requester and the tutor, and the guardians who read along, see
    /// [`supervised`](crate::chat::supervised). A requester who acts as a parent may be a student with guardians, too.
    fn chat_audience(self) -> Audience {
        Audience::of([self.parties.tutor, self.requester]).with_guardians_of([self.requester])
    }

    /// Returns the event of a change of the request.
    pub(super) fn changed(
        self,
        request: RequestId,
        status: RequestStatus,
        actor: Option<UserId>,
        at: DateTime<Utc>,
    ) -> Event {
        let kind = match status {
            RequestStatus::Pending => EventKind::RequestSent,
            RequestStatus::Accepted | RequestStatus::Rejected => EventKind::RequestAnswered,
            RequestStatus::Withdrawn => EventKind::RequestWithdrawn,
            RequestStatus::Expired => EventKind::RequestExpired,
        };
        let subject = Subject::Request { request, status };
        Event { kind, subject, actor, audience: self.audience(actor), at }
    }

    /// Returns the event of a message about the request.
    pub(crate) fn told(
        self,
        conversation: ConversationId,
        message: MessageId,
        actor: UserId,
        at: DateTime<Utc>,
    ) -> Event {
        Event::of_message(EventKind::MessageSent, (conversation, message), actor, self.chat_audience(), at)
    }
}

/// A pending request that expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiringRequest {
    /// The request.
    pub id: RequestId,
    /// The users whom it concerns.
    pub involved: Involved,
    /// Whether a block separates the tutor from the requester or the student.
    pub is_blocked: bool,
}

impl ExpiringRequest {
    /// Returns the event of the expiry, of which everyone involved is told. A block is silent, whether or not it is the
    /// cause.
    pub fn event(&self, at: DateTime<Utc>) -> Option<Event> {
        (!self.is_blocked).then(|| self.involved.changed(self.id, RequestStatus::Expired, None, at))
    }
}

#[cfg(test)]
pub(super) mod tests;
