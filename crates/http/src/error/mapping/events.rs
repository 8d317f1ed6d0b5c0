//! Responses to the errors of events.

use astegni_domain::events::EventsError;

use crate::error::{ApiError, Code};
use crate::realtime::{OpenError, TooMany};

impl ApiError {
    /// Creates the 410 for a position that is older than the log.
    pub fn cursor_expired() -> Self {
        Self::new(
            Code::CursorExpired,
            "Read the current position, load the current state, then continue from that position.",
        )
    }
}

impl From<EventsError> for ApiError {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::CursorExpired => Self::cursor_expired(),
            EventsError::Repository(error) => error.into(),
        }
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::TooMany(TooMany) => {
                Self::new(Code::TooManyStreams, "You have too many open event streams").retry_after(1)
            }
            OpenError::Events(error) => error.into(),
        }
    }
}
