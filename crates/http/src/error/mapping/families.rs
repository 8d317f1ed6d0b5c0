//! The refusals of families.

use astegni_domain::families::{ClaimError, FamilyError, HandOverError};

use crate::error::{ApiError, Code};

impl From<FamilyError> for ApiError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::RoleRequired(error) => error.into(),
            FamilyError::StudentNotFound => Self::not_found("Student"),
            FamilyError::ChildNotFound => Self::not_found("Child"),
            FamilyError::GuardianNotFound => Self::not_found("Guardianship"),
            FamilyError::Yourself => Self::new(Code::OwnGuardian, "Nobody is their own guardian"),
            FamilyError::AlreadyThere => {
                Self::new(Code::GuardianshipExists, "This student is in your care, or was asked, already")
            }
            FamilyError::AlreadyAnswered(status) => {
                Self::new(Code::AlreadyAnswered, format!("The guardianship is already {}", status.as_str()))
                    .with("current_status", status.as_str())
            }
            FamilyError::HasLogin => Self::new(Code::LoginExists, "The child has a login of their own"),
            FamilyError::Repository(error) => error.into(),
        }
    }
}

impl From<HandOverError> for ApiError {
    fn from(error: HandOverError) -> Self {
        match error {
            HandOverError::Claim(ClaimError::InvalidCode) => Self::new(Code::InvalidClaimCode, "The code is not valid"),
            HandOverError::Claim(ClaimError::EmailTaken) => Self::new(Code::EmailTaken, "Email already registered"),
            HandOverError::Claim(ClaimError::Repository(error)) => error.into(),
            HandOverError::Hashing(error) => error.into(),
        }
    }
}
