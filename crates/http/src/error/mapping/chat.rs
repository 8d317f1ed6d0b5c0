//! Responses to the errors of chat.

use astegni_domain::chat::ChatError;

use crate::error::{ApiError, Code};

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::NotFound => Self::not_found("Conversation"),
            ChatError::NotAParticipant => {
                Self::new(Code::NotAParticipant, "You are not a participant in this conversation")
            }
            ChatError::Repository(error) => error.into(),
        }
    }
}
