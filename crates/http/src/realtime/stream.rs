//! Event streams (server-sent events).

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Bytes;
use astegni_domain::events::LoggedEvent;
use futures_util::stream;
use tokio::time::{Duration, Instant, timeout_at};

use super::{CloseReason, EventBody, Feed, Next};

/// The time after which a silent stream sends a comment, so that neither side takes the other for gone.
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// The pause of a client before it reconnects, as the first field of a stream.
const RETRY: &str = "retry: 2000\n\n";

struct EventStream {
    feed: Feed,
    expires_at: Instant,
    is_started: bool,
    is_closed: bool,
}

/// Responds with the events of a feed until the access token expires.
pub(crate) fn event_stream(feed: Feed, expires_at: Instant) -> HttpResponse {
    let events = EventStream { feed, expires_at, is_started: false, is_closed: false };
    let body = stream::unfold(events, |mut events| async move {
        let chunk = events.next().await?;
        Some((Ok::<_, actix_web::Error>(Bytes::from(chunk)), events))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // A compressor would keep events back until it has filled a block.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(body))
}

impl EventStream {
    async fn next(&mut self) -> Option<String> {
        if self.is_closed {
            return None;
        }
        if !self.is_started {
            self.is_started = true;
            return Some(RETRY.to_owned());
        }
        let ping_at = Instant::now() + PING_INTERVAL;
        loop {
            let now = Instant::now();
            if now >= self.expires_at {
                return Some(self.close(CloseReason::TokenExpired));
            }
            if now >= ping_at {
                return Some(": ping\n\n".to_owned());
            }
            if timeout_at(ping_at.min(self.expires_at), self.feed.ready()).await.is_err() {
                continue;
            }
            match self.feed.take().await {
                Some(Next::Events(events)) => return Some(events.into_iter().map(render).collect()),
                Some(Next::Closed(reason)) => return Some(self.close(reason)),
                Some(Next::Transient(_)) | None => {}
            }
        }
    }

    fn close(&mut self, reason: CloseReason) -> String {
        self.is_closed = true;
        format!("event: close\ndata: {{\"reason\":\"{}\"}}\n\n", reason.as_str())
    }
}

fn render(event: Arc<LoggedEvent>) -> String {
    let event = EventBody::from(Arc::unwrap_or_clone(event));
    // JSON has no line breaks.
    let json = serde_json::to_string(&event).unwrap_or_default();
    format!("id: {}\nevent: {}\ndata: {json}\n\n", event.cursor(), event.kind())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::feed::tests::fixture;

    #[tokio::test(start_paused = true)]
    async fn a_stream_has_events_and_pings_until_the_token_expires() {
        let fixture = fixture(0, 1);
        let started = Instant::now();
        let expires_at = started + PING_INTERVAL * 2 + Duration::from_secs(1);
        let feed = fixture.open(Some(0)).await;
        let mut stream = EventStream { feed, expires_at, is_started: false, is_closed: false };
        assert_eq!(stream.next().await.as_deref(), Some(RETRY));
        let first = stream.next().await.unwrap();
        assert!(first.starts_with("id: 1\nevent: conversation.changed\ndata: {\"cursor\":1,"), "{first}");
        assert!(first.ends_with("}\n\n"), "{first}");
        assert_eq!(stream.next().await.as_deref(), Some(": ping\n\n"));
        assert_eq!(started.elapsed(), PING_INTERVAL);
        fixture.announce(&[2]);
        assert!(stream.next().await.unwrap().starts_with("id: 2\n"));
        assert_eq!(stream.next().await.as_deref(), Some(": ping\n\n"));
        let close = "event: close\ndata: {\"reason\":\"token_expired\"}\n\n";
        assert_eq!(stream.next().await.as_deref(), Some(close));
        assert_eq!(started.elapsed(), PING_INTERVAL * 2 + Duration::from_secs(1));
        assert_eq!(stream.next().await, None);
    }
}
