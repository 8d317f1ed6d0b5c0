//! Responses to the errors of tutoring.

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

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::RoleRequired(error) => error.into(),
            ProfileError::Repository(error) => error.into(),
        }
    }
}

impl From<WritePackageError> for ApiError {
    fn from(error: WritePackageError) -> Self {
        match error {
            WritePackageError::RoleRequired(error) => error.into(),
            WritePackageError::NotFound => Self::not_found("Package"),
            WritePackageError::PreconditionFailed => {
                Self::new(Code::PreconditionFailed, "The package has changed since the version in If-Match")
            }
            WritePackageError::Invalid(violations) => Self::invalid(&violations),
            WritePackageError::Repository(error) => error.into(),
        }
    }
}
