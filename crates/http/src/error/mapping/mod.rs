//! From each use case's refusals to answers: where the domain's words become HTTP's, a context a file.

mod accounts;
mod chat;
mod connections;
mod families;
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
                Self::new(Code::Conflict, "This has just been changed by somebody else; look again and repeat")
            }
            RepositoryError::Unavailable(_) => Self::unavailable(&error),
            RepositoryError::Unexpected(_) => Self::internal(&error),
        }
    }
}

fn long_date(instant: DateTime<Utc>) -> String {
    instant.format("%B %-d, %Y").to_string()
}
