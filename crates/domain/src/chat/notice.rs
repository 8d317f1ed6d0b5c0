//! Notices: messages that the platform adds to conversations.

use crate::ids::UserId;

/// The kind of a notice that the platform adds to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "each variant names what has happened")]
pub enum NoticeKind {
    RequestAccepted,
    RequestRejected,
    RequestWithdrawn,
    SessionAdded,
    SessionEdited,
    SessionRescheduled,
    SessionCancelled,
    SessionCompleted,
    SessionMissed,
    GroupCreated,
    GroupRenamed,
    ParticipantsAdded,
    ParticipantRemoved,
    ParticipantLeft,
    AdminAppointed,
}

impl NoticeKind {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A notice in the direct conversation of a tutor and the student's side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The participant in whose name the message appears.
    pub sender: UserId,
    /// The other participant.
    pub recipient: UserId,
    /// The kind of the notice.
    pub kind: NoticeKind,
    /// The text of the message.
    pub content: String,
}
