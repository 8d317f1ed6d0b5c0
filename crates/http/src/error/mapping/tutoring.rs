//! The refusals of tutoring.

use astegni_domain::tutoring::{ProfileError, ReadTutorError, WritePackageError};

use super::connections::blocked_by_you;
use crate::error::{ApiError, Code};

impl From<ReadTutorError> for ApiError {
    fn from(error: ReadTutorError) -> Self {
        match error {
            ReadTutorError::NotFound => Self::not_found("Tutor"),
            ReadTutorError::BlockedByYou => blocked_by_you(),
            ReadTutorError::Repository(error) => error.into(),
        }
    }
}

pub(super) fn tutors_only() -> ApiError {
    ApiError::new(Code::RoleRequired, "Only tutors can access this endpoint")
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotATutor => tutors_only(),
            ProfileError::Repository(error) => error.into(),
        }
    }
}

impl From<WritePackageError> for ApiError {
    fn from(error: WritePackageError) -> Self {
        match error {
            WritePackageError::NotATutor => tutors_only(),
            WritePackageError::NotFound => Self::not_found("Package"),
            WritePackageError::Invalid(violations) => Self::invalid(&violations),
            WritePackageError::Repository(error) => error.into(),
        }
    }
}
