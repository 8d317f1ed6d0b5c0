//! `GET /events`

use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::accounts::Actor;
use astegni_domain::events::{Cursor, LogRequest, LoggedEvent};
use astegni_domain::ids::parse_id;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::{Duration, Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

use crate::adapters::Identity;
use crate::error::ApiError;
use crate::extract::{IdentifiedCaller, PagingQuery, Parse, Query};
use crate::middleware::extend_deadline;
use crate::realtime::{CloseReason, EventBody, Feed, Next, Reading, Transport, event_stream};
use crate::services::Services;

/// The longest wait in seconds.
const MAX_WAIT: u64 = 60;

/// The parameters of reading events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Position to continue from: `cursor` of the previous response, or 0 for the beginning of the log. Without it, reading starts
    /// now.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
    /// Number of seconds to wait for the first event, 0 to 60.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 60, default = 0)]
    wait: Option<String>,
    /// Largest number of events in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
}

/// A parsed [`EventsQuery`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    after: Option<Cursor>,
    wait: Duration,
    limit: usize,
}

impl Parse for EventsQuery {
    type Command = Wanted;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Wanted> {
        let after = violations.check_some("after", self.after, |after: String| parse_cursor(&after));
        let wait = violations.check_some("wait", self.wait, |wait: String| {
            let seconds = wait.parse::<u64>().ok().filter(|seconds| *seconds <= MAX_WAIT && !wait.starts_with('+'));
            seconds.ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 0 to 60"))
        });
        let page = PagingQuery::new(self.limit, None).parse(now, violations)?;
        Some(Wanted { after, wait: Duration::from_secs(wait.unwrap_or_default()), limit: page.size.get() })
    }
}

/// Parses a position in a log.
pub(super) fn parse_cursor(input: &str) -> Result<Cursor, Invalid> {
    let invalid = || Invalid::new("invalid_cursor", "must be a cursor from an earlier response");
    if input == "0" { Ok(0) } else { parse_id(input).map_err(|_| invalid()) }
}

/// A part of the caller's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventsBody {
    /// Events behind `after`, oldest first.
    #[schema(max_items = 100)]
    events: Vec<EventBody>,
    /// Position to continue from.
    #[schema(value_type = i64)]
    cursor: Cursor,
}

impl EventsBody {
    fn new(events: impl IntoIterator<Item = LoggedEvent>, before: Cursor) -> Self {
        let events: Vec<_> = events.into_iter().map(EventBody::from).collect();
        Self { cursor: events.last().map_or(before, EventBody::cursor), events }
    }
}

/// List events
///
/// Returns the events in the caller's log behind a position, and waits up to `wait` seconds for the first one. Events are
/// kept for 7 days; any server of the platform continues from any position. With `Accept: text/event-stream`, the response
/// is a stream of events until the access token expires: each has its position as `id`, its type as `event` and itself as
/// `data`; before the server ends the stream, it sends an event `close` with a `reason`. A user has at most 10 streams and
/// waiting requests at once.
#[utoipa::path(
    tag = "events",
    params(
        EventsQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "Position to continue from, which a reconnecting stream sends. Takes precedence over `after`"),
    ),
    responses(
        (status = 200, description = "The events", content(
            (EventsBody = "application/json"),
            (String = "text/event-stream"),
        )),
        (status = 410, description = "The position is older than the log. Read the current position (without `after`), load the current state, then continue from that position"),
        (status = 429, description = "The caller has too many streams and waiting requests"),
    ),
)]
#[get("/events")]
pub(crate) async fn list_events(
    request: HttpRequest,
    services: Data<Services>,
    IdentifiedCaller(identity): IdentifiedCaller,
    Query(wanted): Query<EventsQuery>,
) -> Result<HttpResponse, ApiError> {
    let lifetime = (identity.expires_at - services.clock.now()).to_std().unwrap_or_default();
    let expires_at = Instant::now() + lifetime;
    if accepts_stream(request.headers()) {
        let after = last_event_id(request.headers())?.or(wanted.after);
        let feed = open(&services, &identity, after).await?;
        return Ok(event_stream(feed, expires_at));
    }
    if let Some(events) = read(&services, &identity.actor, wanted).await? {
        return Ok(HttpResponse::Ok().json(events));
    }
    extend_deadline(&request, wanted.wait);
    let deadline = expires_at.min(Instant::now() + wanted.wait);
    let feed = open(&services, &identity, wanted.after).await?;
    Ok(HttpResponse::Ok().json(wait(feed, wanted.limit, deadline).await?))
}

/// Reads the log without waiting. Returns `None` if there is nothing yet and the caller waits.
async fn read(services: &Services, actor: &Actor, wanted: Wanted) -> Result<Option<EventsBody>, ApiError> {
    let (reader, limit) = (actor.user_id, wanted.limit);
    let body = match wanted.after {
        Some(after) => EventsBody::new(services.events.read(LogRequest { reader, after, limit }).await?, after),
        None if wanted.wait.is_zero() => EventsBody::new([], services.events.latest(reader).await?),
        None => return Ok(None),
    };
    Ok(Some(body).filter(|body| !body.events.is_empty() || wanted.wait.is_zero()))
}

async fn open(services: &Services, identity: &Identity, after: Option<Cursor>) -> Result<Feed, ApiError> {
    let reading = Reading { actor: identity.actor, transport: Transport::Stream, after };
    Ok(Feed::open(services.events.clone(), &services.hub, reading).await?)
}

/// Waits for the first events.
async fn wait(mut feed: Feed, limit: usize, deadline: Instant) -> Result<EventsBody, ApiError> {
    let before = feed.cursor();
    loop {
        match timeout_at(deadline, feed.next()).await {
            Ok(Next::Events(events)) => {
                let events = events.into_iter().take(limit).map(std::sync::Arc::unwrap_or_clone);
                return Ok(EventsBody::new(events, before));
            }
            Ok(Next::Transient(_)) => {}
            // The client asks again, and reaches a server that does not stop.
            Err(_) | Ok(Next::Closed(CloseReason::ShuttingDown | CloseReason::TooSlow)) => {
                return Ok(EventsBody::new([], before));
            }
            Ok(Next::Closed(CloseReason::CursorExpired)) => return Err(ApiError::cursor_expired()),
            Ok(Next::Closed(CloseReason::SignedOut)) => return Err(ApiError::invalid_token()),
            Ok(Next::Closed(_)) => return Err(ApiError::busy()),
        }
    }
}

fn accepts_stream(headers: &HeaderMap) -> bool {
    let media_types =
        headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut names = media_types.map(|media_type| media_type.split(';').next().unwrap_or_default().trim());
    names.any(|name| name.eq_ignore_ascii_case("text/event-stream"))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Cursor>, ApiError> {
    let Some(id) = headers.get("Last-Event-ID").filter(|id| !id.is_empty()) else { return Ok(None) };
    let mut violations = Violations::new();
    let cursor = violations.check("Last-Event-ID", parse_cursor(id.to_str().unwrap_or_default()));
    if violations.is_empty() { Ok(cursor) } else { Err(ApiError::invalid(&violations)) }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn positions_are_non_negative_integers() {
        for (input, cursor) in [("0", 0), ("1", 1), ("9223372036854775807", i64::MAX)] {
            assert_eq!(parse_cursor(input), Ok(cursor));
        }
        for input in ["", "-1", "+1", "00", "01", "x", "1.0", "9223372036854775808"] {
            assert!(parse_cursor(input).is_err(), "{input:?}");
        }
    }

    #[test]
    fn a_stream_is_sent_to_clients_that_accept_one() {
        for (accept, streams) in [
            ("text/event-stream", true),
            ("application/json, Text/Event-Stream;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
        ] {
            let request = TestRequest::default().insert_header((ACCEPT, accept)).to_http_request();
            assert_eq!(accepts_stream(request.headers()), streams, "{accept}");
        }
    }
}
