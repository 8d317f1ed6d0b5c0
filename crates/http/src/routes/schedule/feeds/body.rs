//! The response body of a calendar feed.

use astegni_domain::schedule::CalendarFeed;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A calendar feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedBody {
    id: i64,
    /// `full` or `busy`.
    scope: &'static str,
    name: Option<String>,
    /// RFC 3339 instant in UTC of the creation.
    created_at: String,
}

impl From<CalendarFeed> for FeedBody {
    fn from(feed: CalendarFeed) -> Self {
        Self {
            id: feed.id.get(),
            scope: feed.scope.as_str(),
            name: feed.name,
            created_at: wire::instant(feed.created_at),
        }
    }
}
