//! Responses to the errors of schedule.

use astegni_domain::schedule::SessionError;

use crate::error::ApiError;

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::RoleRequired(error) => error.into(),
            SessionError::NotFound => Self::not_found("Session"),
            SessionError::Repository(error) => error.into(),
        }
    }
}
