//! The errors of families as the API reports them.

use astegni_domain::cooldown::Cooldown;
use astegni_domain::families::{ClaimAccountError, FamilyError, FamilyRefusal, MAX_CHILDREN};
use astegni_domain::validation::{Invalid, Violations};

use super::connections::blocked_by_you;
use super::long_date;
use crate::error::{ApiError, Code};

impl From<FamilyError> for ApiError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::RoleRequired(error) => error.into(),
            FamilyError::Refused(refusal) => refusal.into(),
            FamilyError::Repository(error) => error.into(),
        }
    }
}

impl From<FamilyRefusal> for ApiError {
    fn from(refusal: FamilyRefusal) -> Self {
        match refusal {
            FamilyRefusal::StudentNotFound => Self::not_found("Student"),
            FamilyRefusal::ChildNotFound => Self::not_found("Child"),
            FamilyRefusal::GuardianshipNotFound => Self::not_found("Guardianship"),
            FamilyRefusal::OwnGuardian => Self::new(Code::OwnGuardian, "You cannot be your own guardian"),
            FamilyRefusal::BlockedByYou => blocked_by_you(),
            FamilyRefusal::GuardianshipExists => {
                Self::new(Code::GuardianshipExists, "You have already added or invited this student")
            }
            FamilyRefusal::Cooldown(Cooldown { again_at, retry_after }) => {
                let detail = format!("You can invite this student again on {}", long_date(again_at));
                Self::new(Code::GuardianshipCooldown, detail).retry_after(retry_after)
            }
            FamilyRefusal::TooManyChildren => {
                let mut violations = Violations::new();
                let message = format!("must have at most {MAX_CHILDREN} entries, including pending invitations");
                violations.add("children", Invalid::new("too_many_children", message));
                Self::invalid(&violations)
            }
            FamilyRefusal::AlreadyAnswered(status) => {
                Self::new(Code::AlreadyAnswered, format!("The guardianship is already {}", status.as_str()))
                    .with("current_status", status.as_str())
            }
            FamilyRefusal::LastGuardian => {
                Self::new(Code::LastGuardian, "The last guardian of a child without a login cannot leave")
            }
            FamilyRefusal::LoginExists => Self::new(Code::LoginExists, "The child already has a login"),
        }
    }
}

impl From<ClaimAccountError> for ApiError {
    fn from(error: ClaimAccountError) -> Self {
        match error {
            ClaimAccountError::InvalidCode => Self::new(Code::InvalidClaimCode, "Invalid or expired claim code"),
            ClaimAccountError::EmailTaken => Self::new(Code::EmailTaken, "Email already registered"),
            ClaimAccountError::Hashing(error) => error.into(),
            ClaimAccountError::Repository(error) => error.into(),
        }
    }
}
