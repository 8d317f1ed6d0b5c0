//! The mapping of the domain's errors to problems, one file per context. No match has a `_` arm, so that a new error
//! must be mapped.

mod accounts;
mod availability;
mod chat;
mod connections;
mod events;
mod families;
mod feeds;
mod requests;
mod schedule;
mod tutoring;

use astegni_domain::RepositoryError;
use chrono::{DateTime, Utc};

use super::{ApiError, Code};

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Conflict => {
                Self::new(Code::Conflict, "The resource was changed by another request. Read it again, then retry.")
            }
            RepositoryError::Unavailable(_) => Self::unavailable(&error),
            RepositoryError::Unexpected(_) => Self::internal(&error),
        }
    }
}

/// Formats a date for a sentence: January 31, 2026.
fn long_date(instant: DateTime<Utc>) -> String {
    instant.format("%B %-d, %Y").to_string()
}
