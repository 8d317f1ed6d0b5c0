//! Endpoints of calendars: feeds at secret addresses, and single sessions.
//!
//! The secret of a feed is a password. It appears in the response that creates the feed and nowhere else: logs and errors show
//! `/api/v1/calendar/[secret].ics` (`middleware/redaction.rs`).

mod body;
mod create_feed;
mod delete_feed;
mod get_calendar;
mod get_session_calendar;
mod links;
mod list_feeds;
mod rendering;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_feed::create_feed)
        .service(list_feeds::list_feeds)
        .service(delete_feed::delete_feed)
        .service(get_calendar::get_calendar)
        .service(get_session_calendar::get_session_calendar);
}
