//! Events, and who is told about them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::chat::Message;
use crate::connections::Kind;
use crate::families::GuardianshipStatus;
use crate::ids::{ConnectionId, ConversationId, CourseId, GuardianshipId, MessageId, RequestId, SessionId, UserId};
use crate::requests::RequestStatus;
use crate::schedule::SessionStatus;

/// The time for which an event is kept.
pub const RETENTION: TimeDelta = TimeDelta::days(7);

/// The position of an event in the log of its reader: 1 for the first one, without gaps; 0 stands for the beginning.
pub type Cursor = i64;

/// The kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
pub enum EventKind {
    /// A message was added to a conversation.
    #[strum(serialize = "message.sent")]
    MessageSent,
    /// The sender has changed the content of a message.
    #[strum(serialize = "message.edited")]
    MessageEdited,
    /// The sender has deleted a message, which leaves a tombstone.
    #[strum(serialize = "message.deleted")]
    MessageDeleted,
    /// A participant has read a conversation up to a message.
    #[strum(serialize = "message.read")]
    MessageRead,
    /// A conversation was begun, or the name or the participants of a group have changed.
    #[strum(serialize = "conversation.changed")]
    ConversationChanged,
    /// A session request was sent.
    #[strum(serialize = "request.sent")]
    RequestSent,
    /// The tutor has accepted or rejected a session request.
    #[strum(serialize = "request.answered")]
    RequestAnswered,
    /// The student's side has withdrawn a session request.
    #[strum(serialize = "request.withdrawn")]
    RequestWithdrawn,
    /// A session request was not answered in time, or the guardianship that it was made under has ended.
    #[strum(serialize = "request.expired")]
    RequestExpired,
    /// Sessions were booked.
    #[strum(serialize = "session.created")]
    SessionCreated,
    /// Sessions were moved, edited or concluded.
    #[strum(serialize = "session.changed")]
    SessionChanged,
    /// Sessions were cancelled.
    #[strum(serialize = "session.cancelled")]
    SessionCancelled,
    /// A follow or a friendship waits for the recipient's answer.
    #[strum(serialize = "connection.requested")]
    ConnectionRequested,
    /// A follow or a friendship has come into force.
    #[strum(serialize = "connection.accepted")]
    ConnectionAccepted,
    /// A follow or a friendship has ended, or its request was withdrawn.
    #[strum(serialize = "connection.ended")]
    ConnectionEnded,
    /// A guardianship was offered, answered or ended.
    #[strum(serialize = "guardianship.changed")]
    GuardianshipChanged,
}

impl EventKind {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns whether users who are separated from the actor by a block are told as well. Booked sessions outlive a block, and
    /// so does the need to know that they have changed.
    pub fn crosses_blocks(self) -> bool {
        matches!(self, Self::SessionChanged | Self::SessionCancelled)
    }
}

/// The thing that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the ids are named after their types")]
pub enum Subject {
    /// A message.
    Message { conversation: ConversationId, message: MessageId },
    /// The place up to which a participant has read a conversation.
    ReadMarker { conversation: ConversationId, reader: UserId, last_read_seq: i64 },
    /// A conversation as a whole.
    Conversation { conversation: ConversationId },
    /// A session request, and its status after the change.
    Request { request: RequestId, status: RequestStatus },
    /// The sessions of an accepted request.
    Sessions { request: RequestId, course: CourseId, count: i64 },
    /// Sessions of one course that were changed at once: the first of them, their number, and their status after the change.
    Session { session: SessionId, course: CourseId, count: i64, status: SessionStatus },
    /// A follow or a friendship with another user.
    Connection { connection: ConnectionId, kind: Kind, with: UserId },
    /// A guardianship, and its status after the change.
    Guardianship { guardianship: GuardianshipId, status: GuardianshipStatus },
}

/// The users who are told about a change. The write leaves out those who are separated from the actor by a block, unless the
/// kind of the event [crosses blocks](EventKind::crosses_blocks).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audience {
    /// The users known to the plan.
    pub users: Vec<UserId>,
    /// Students whose active guardians, other than the actor, are told as well. They are looked up by the write.
    pub guardians_of: Vec<UserId>,
}

impl Audience {
    /// Creates an audience of some users, each of them once.
    pub fn of(users: impl IntoIterator<Item = UserId>) -> Self {
        let mut users: Vec<UserId> = users.into_iter().collect();
        users.sort_unstable();
        users.dedup();
        Self { users, guardians_of: Vec::new() }
    }

    /// Creates an audience of one user.
    pub fn one(user: UserId) -> Self {
        Self::of([user])
    }

    /// Leaves out a user.
    #[must_use]
    pub fn without(mut self, user: UserId) -> Self {
        self.users.retain(|one| *one != user);
        self
    }

    /// Adds the active guardians of some students.
    #[must_use]
    pub fn with_guardians_of(self, students: impl IntoIterator<Item = UserId>) -> Self {
        Self { guardians_of: students.into_iter().collect(), ..self }
    }
}

/// An event about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The kind of the change.
    pub kind: EventKind,
    /// The thing that has changed.
    pub subject: Subject,
    /// The user who has made the change; `None` if time has.
    pub actor: Option<UserId>,
    /// The users who are told.
    pub audience: Audience,
    /// The instant of the change.
    pub at: DateTime<Utc>,
}

impl Event {
    /// Creates the event of a change of a message.
    pub(crate) fn of_message(
        kind: EventKind,
        (conversation, message): (ConversationId, MessageId),
        actor: UserId,
        audience: Audience,
        at: DateTime<Utc>,
    ) -> Self {
        Self { kind, subject: Subject::Message { conversation, message }, actor: Some(actor), audience, at }
    }
}

/// An event in the log of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// The owner of the log.
    pub reader: UserId,
    /// The position in the log.
    pub cursor: Cursor,
    /// The kind of the change.
    pub kind: EventKind,
    /// The thing that has changed.
    pub subject: Subject,
    /// The message that the event is about, as it reads at delivery; `None` where the reader is not a participant of its
    /// conversation.
    pub message: Option<Box<Message>>,
    /// The instant of the change.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn kinds_have_stable_names() {
        let names: Vec<&str> = EventKind::VARIANTS.iter().map(|kind| kind.as_str()).collect();
        assert!(names.iter().all(|name| name.split('.').count() == 2), "{names:?}");
        for kind in EventKind::VARIANTS {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!(EventKind::MessageSent.as_str(), "message.sent");
    }

    #[test]
    fn an_audience_names_each_user_once() {
        let [one, two, three] = [1, 2, 3].map(UserId::new);
        let audience = Audience::of([three, one, two, one]);
        assert_eq!(audience.users, [one, two, three]);
        assert_eq!(audience.without(two).users, [one, three]);
    }
}
