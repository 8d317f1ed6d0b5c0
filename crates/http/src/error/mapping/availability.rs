//! Responses to the errors of availability, time off and free slots.

use astegni_domain::schedule::{AvailabilityError, MAX_TIME_OFF, SlotsError, TimeOffError};

use crate::error::{ApiError, Code};

impl From<AvailabilityError> for ApiError {
    fn from(error: AvailabilityError) -> Self {
        match error {
            AvailabilityError::RoleRequired(error) => error.into(),
            AvailabilityError::PreconditionFailed => {
                Self::new(Code::PreconditionFailed, "The availability has changed since the version in If-Match")
            }
            AvailabilityError::Invalid(violations) => Self::invalid(&violations),
            AvailabilityError::Repository(error) => error.into(),
        }
    }
}

impl From<TimeOffError> for ApiError {
    fn from(error: TimeOffError) -> Self {
        match error {
            TimeOffError::RoleRequired(error) => error.into(),
            TimeOffError::NotFound => Self::not_found("Time off"),
            TimeOffError::TooMany => Self::new(
                Code::TooManyTimeOff,
                format!("You have {MAX_TIME_OFF} periods of time off. Please delete some, or combine them."),
            ),
            TimeOffError::Invalid(violations) => Self::invalid(&violations),
            TimeOffError::Repository(error) => error.into(),
        }
    }
}

impl From<SlotsError> for ApiError {
    fn from(error: SlotsError) -> Self {
        match error {
            SlotsError::Tutor(error) => error.into(),
            SlotsError::StudentNotFound => Self::not_found("Student"),
            SlotsError::Invalid(violations) => Self::invalid(&violations),
            SlotsError::Repository(error) => error.into(),
        }
    }
}
