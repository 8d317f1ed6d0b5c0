//! Responses to the refusals of connections.

use astegni_domain::connections::{ConnectionError, Refusal};
use astegni_domain::cooldown::Cooldown;

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
            Refusal::OwnAccount => Self::new(Code::OwnConnection, "Cannot connect with yourself"),
            Refusal::UserNotFound => Self::new(Code::NotFound, "Target user not found"),
            Refusal::BlockedByYou => blocked_by_you(),
            Refusal::ConnectionNotFound => Self::not_found("Connection"),
            Refusal::NotAParticipant => Self::new(Code::NotYourConnection, "Not authorized to view this connection"),
            Refusal::AlreadyExists(status) => {
                let detail = format!("Connection already exists with status: {}", status.as_str());
                Self::new(Code::ConnectionExists, detail).with("current_status", status.as_str())
            }
            Refusal::RecipientOnly => {
                Self::new(Code::RecipientOnly, "Only the recipient can accept or reject connection requests")
            }
            Refusal::AlreadyAnswered(status) => {
                let detail = format!("Connection request is already {}", status.as_str());
                Self::new(Code::AlreadyAnswered, detail).with("current_status", status.as_str())
            }
            Refusal::Cooldown(Cooldown { again_at, retry_after }) => {
                let detail = format!("You can send another request on {}", long_date(again_at));
                Self::new(Code::ConnectionCooldown, detail).retry_after(retry_after)
            }
            Refusal::LastGuardian => {
                Self::new(Code::LastGuardian, "You are the only guardian of this child, who cannot log in without you")
            }
        }
    }
}
