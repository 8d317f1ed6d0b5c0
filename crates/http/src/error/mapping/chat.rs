//! Responses to the errors of chat.

use astegni_domain::chat::{ChatError, ChatRefusal, EDIT_WINDOW, Unreachable};

use super::connections::blocked_by_you;
use crate::error::{ApiError, Code};

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::Refused(refusal) => refusal.into(),
            ChatError::Repository(error) => error.into(),
        }
    }
}

impl From<ChatRefusal> for ApiError {
    fn from(refusal: ChatRefusal) -> Self {
        match refusal {
            ChatRefusal::NotFound => Self::not_found("Conversation"),
            ChatRefusal::NotAParticipant => {
                Self::new(Code::NotAParticipant, "You are not a participant in this conversation")
            }
            ChatRefusal::MessageNotFound => Self::not_found("Message"),
            ChatRefusal::OwnAccount => Self::new(Code::OwnConversation, "Cannot start a conversation with yourself"),
            ChatRefusal::Unreachable(reason) => reason.into(),
            ChatRefusal::SenderOnly => Self::new(Code::SenderOnly, "Only the sender can change a message"),
            ChatRefusal::NotChangeable => {
                Self::new(Code::MessageNotChangeable, "Messages of the platform cannot be changed")
            }
            ChatRefusal::MessageDeleted => Self::new(Code::MessageDeleted, "The message has been deleted"),
            ChatRefusal::TooLateToEdit => {
                let detail = format!("Messages can be edited for {} hours", EDIT_WINDOW.num_hours());
                Self::new(Code::EditWindowClosed, detail)
            }
            ChatRefusal::NotAGroup => Self::new(Code::NotAGroup, "This conversation is not a group"),
            ChatRefusal::AdminOnly => Self::new(Code::AdminOnly, "Only admins of the group can do this"),
            ChatRefusal::Invalid(violations) => Self::invalid(&violations),
        }
    }
}

impl From<Unreachable> for ApiError {
    fn from(reason: Unreachable) -> Self {
        match reason {
            Unreachable::NotFound => Self::not_found("User"),
            Unreachable::BlockedByYou => blocked_by_you(),
            Unreachable::NotAdmitted => {
                Self::new(Code::MessagesNotAccepted, "This user does not accept messages from you")
            }
        }
    }
}
