//! The refusals of schedule.

use astegni_domain::schedule::SessionError;

use super::tutoring::tutors_only;
use crate::error::ApiError;

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotATutor => tutors_only(),
            SessionError::NotFound => Self::not_found("Session"),
            SessionError::Repository(error) => error.into(),
        }
    }
}
