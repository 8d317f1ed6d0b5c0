//! The refusals of connections.

use astegni_domain::connections::{ConnectionError, Cooldown, Refusal};

use super::long_date;
use crate::error::{ApiError, Code};

pub(super) fn blocked_by_you() -> ApiError {
    ApiError::new(Code::BlockedByYou, "You have blocked this user")
}

impl From<ConnectionError> for ApiError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Refused(refusal) => refusal.into(),
            ConnectionError::Repository(error) => error.into(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Yourself => Self::new(Code::OwnConnection, "Cannot connect with yourself"),
            Refusal::NoSuchUser => Self::new(Code::NotFound, "Target user not found"),
            Refusal::BlockedByYou => blocked_by_you(),
            Refusal::NoSuchConnection => Self::not_found("Connection"),
            Refusal::NotYours => Self::new(Code::NotYourConnection, "Not authorized to view this connection"),
            Refusal::AlreadyThere(status) => {
                let words = format!("Connection already exists with status: {}", status.as_str());
                Self::new(Code::ConnectionExists, words).with("current_status", status.as_str())
            }
            Refusal::OnlyRecipient => {
                Self::new(Code::RecipientOnly, "Only the recipient can accept or reject connection requests")
            }
            Refusal::AlreadyAnswered(status) => {
                let words = format!("Connection request is already {}", status.as_str());
                Self::new(Code::AlreadyAnswered, words).with("current_status", status.as_str())
            }
            Refusal::Cooldown(Cooldown { again_at, retry_after }) => {
                let words = format!("You can ask again on {}", long_date(again_at));
                Self::new(Code::ConnectionCooldown, words).retry_after(retry_after)
            }
        }
    }
}
