//! The errors of calendar feeds as the API reports them.

use astegni_domain::schedule::{FeedError, MAX_FEEDS};

use crate::error::{ApiError, Code};

impl From<FeedError> for ApiError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::NotFound => Self::not_found("Calendar feed"),
            FeedError::TooMany => Self::new(Code::TooManyFeeds, format!("You already have {MAX_FEEDS} calendar feeds")),
            FeedError::Repository(error) => error.into(),
        }
    }
}
