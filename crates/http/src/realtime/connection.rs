//! An open socket: what it tells its client, and what the client may ask for.

use std::sync::Arc;

use actix_web::web::Data;
use actix_ws::{AggregatedMessage, ProtocolError, Session};
use astegni_domain::accounts::Actor;
use astegni_domain::events::{Cursor, EventsError, LoggedEvent};
use astegni_domain::ids::{ConversationId, UserId};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, timeout};

use super::feed::OpenError;
use super::frame::{ClientFrame, Frame, presence};
use super::socket_end::SocketEnd;
use super::{CloseReason, EventBody, Feed, Next, Reading, Transport};
use crate::adapters::{AuthenticationError, Identity};
use crate::error::chain;
use crate::services::Services;

/// The time between two pings of the server.
const PING_INTERVAL: Duration = Duration::from_secs(25);

/// The time after which a client that sends nothing is taken for gone.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The time that a client has to make room for a frame.
pub(super) const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// The shortest time between two typing frames of a client. Others are dropped.
const TYPING_INTERVAL: Duration = Duration::from_secs(1);

/// The number of frames that are not understood before the socket is closed.
const MAX_BAD_FRAMES: u8 = 20;

type Outcome = Result<(), SocketEnd>;

/// The sending half of a socket, with its caller and its timers.
pub(super) struct Connection {
    services: Data<Services>,
    session: Session,
    actor: Actor,
    expires_at: Instant,
    heard_at: Instant,
    pinged_at: Instant,
    typed_at: Option<Instant>,
    is_typing: bool,
    bad_frames: u8,
}

/// Returns the identity that a token proves.
pub(super) async fn identify(services: &Services, token: &str) -> Result<Identity, SocketEnd> {
    services.authenticator.authenticate(token).await.map_err(|error| match error {
        AuthenticationError::InvalidToken => CloseReason::InvalidToken.into(),
        AuthenticationError::Repository(_) => {
            tracing::warn!(error = %chain(&error), "a token cannot be checked");
            CloseReason::Unavailable.into()
        }
    })
}

/// Returns the time for which an identity is still proven.
fn lifetime(services: &Services, identity: &Identity) -> Duration {
    (identity.expires_at - services.clock.now()).to_std().unwrap_or_default()
}

impl Connection {
    /// Creates a connection whose client was heard of now.
    pub(super) fn new(services: Data<Services>, session: Session, identity: &Identity) -> Self {
        let now = Instant::now();
        Self {
            actor: identity.actor,
            expires_at: now + lifetime(&services, identity),
            heard_at: now,
            pinged_at: now,
            typed_at: None,
            is_typing: false,
            bad_frames: 0,
            services,
            session,
        }
    }

    /// Opens the feed and greets the client.
    pub(super) async fn open(&mut self, after: Option<Cursor>) -> Result<Feed, SocketEnd> {
        let reading = Reading { actor: self.actor, transport: Transport::Socket, after };
        let feed = Feed::open(self.services.events.clone(), &self.services.hub, reading).await;
        let feed = feed.map_err(|error| match error {
            OpenError::TooMany(_) => CloseReason::TooManyConnections,
            OpenError::Events(EventsError::CursorExpired) => CloseReason::CursorExpired,
            OpenError::Events(EventsError::Repository(_)) => {
                tracing::warn!(error = %chain(&error), "a log cannot be opened");
                CloseReason::Unavailable
            }
        })?;
        self.send(&json!({ "type": "hello", "cursor": feed.cursor() })).await?;
        Ok(feed)
    }

    async fn send(&mut self, frame: &Value) -> Outcome {
        self.send_text(frame.to_string()).await
    }

    async fn send_text(&mut self, text: String) -> Outcome {
        match timeout(SEND_TIMEOUT, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SocketEnd::Gone),
            Err(_) => Err(CloseReason::TooSlow.into()),
        }
    }

    /// Sends what the feed has.
    pub(super) async fn forward(&mut self, feed: &mut Feed) -> Outcome {
        match feed.take().await {
            Some(Next::Events(events)) => {
                for event in events {
                    self.check_open(feed)?;
                    self.send_event(event).await?;
                }
                Ok(())
            }
            Some(Next::Transient(frame)) => self.send(&frame.to_json()).await,
            Some(Next::Closed(reason)) => Err(reason.into()),
            None => Ok(()),
        }
    }

    /// Fails if the connection has been closed or its token has expired while a slow client was being served.
    fn check_open(&self, feed: &Feed) -> Outcome {
        if let Some(reason) = feed.subscription().closed() {
            return Err(reason.into());
        }
        if Instant::now() >= self.expires_at { Err(CloseReason::TokenExpired.into()) } else { Ok(()) }
    }

    async fn send_event(&mut self, event: Arc<LoggedEvent>) -> Outcome {
        let body = EventBody::from(Arc::unwrap_or_clone(event));
        self.send_text(serde_json::to_string(&body).unwrap_or_default()).await
    }

    async fn visible(&self, users: Vec<UserId>) -> Option<Vec<UserId>> {
        let visible = self.services.chat.visible_presence(&self.actor, users).await;
        visible.inspect_err(|error| tracing::warn!(error = %chain(error), "presence cannot be shown")).ok()
    }

    /// Takes what the client has sent.
    pub(super) async fn take(
        &mut self,
        frame: Option<Result<AggregatedMessage, ProtocolError>>,
        feed: &Feed,
    ) -> Outcome {
        self.heard_at = Instant::now();
        match frame {
            Some(Ok(AggregatedMessage::Text(text))) => match ClientFrame::parse(&text) {
                Ok(frame) => self.obey(frame, feed).await,
                Err(reason) => self.complain(reason).await,
            },
            Some(Ok(AggregatedMessage::Ping(payload))) => {
                let sent = timeout(SEND_TIMEOUT, self.session.pong(&payload)).await;
                sent.map_or_else(|_| Err(CloseReason::TooSlow.into()), |sent| sent.map_err(|_| SocketEnd::Gone))
            }
            Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
            Some(Ok(AggregatedMessage::Binary(_))) => Err(SocketEnd::Binary),
            Some(Err(error)) => Err(SocketEnd::of_error(&error)),
            Some(Ok(AggregatedMessage::Close(_))) | None => Err(SocketEnd::Gone),
        }
    }

    async fn complain(&mut self, reason: String) -> Outcome {
        self.bad_frames += 1;
        if self.bad_frames > MAX_BAD_FRAMES {
            return Err(SocketEnd::TooManyBadFrames);
        }
        self.send(&json!({ "type": "error", "message": reason })).await
    }

    async fn obey(&mut self, frame: ClientFrame, feed: &Feed) -> Outcome {
        match frame {
            ClientFrame::Auth { token } => self.renew(&token, feed).await,
            ClientFrame::Typing { conversation, is_typing } => {
                self.tell_typing(conversation, is_typing).await;
                Ok(())
            }
            ClientFrame::Presence { users } => self.watch(users, feed).await,
        }
    }

    /// Extends the connection to the end of a new token.
    async fn renew(&mut self, token: &str, feed: &Feed) -> Outcome {
        let identity = identify(&self.services, token).await?;
        if identity.actor.user_id != self.actor.user_id {
            return Err(CloseReason::InvalidToken.into());
        }
        self.actor = identity.actor;
        self.expires_at = Instant::now() + lifetime(&self.services, &identity);
        self.services.hub.move_to_device(feed.subscription(), identity.actor.device_id);
        Ok(())
    }

    /// Tells that the caller is typing, or has stopped. The stop that follows is told at any time, since the others would
    /// wait for it.
    async fn tell_typing(&mut self, conversation: ConversationId, is_typing: bool) {
        let now = Instant::now();
        let is_stop = !is_typing && self.is_typing;
        if !is_stop && self.typed_at.is_some_and(|at| now - at < TYPING_INTERVAL) {
            return;
        }
        (self.typed_at, self.is_typing) = (Some(now), is_typing);
        match self.services.chat.typing_audience(&self.actor, conversation).await {
            Ok(users) => {
                let (conversation_id, user_id) = (conversation.get(), self.actor.user_id.get());
                self.services.hub.send(&users, Frame::Typing { conversation_id, user_id, is_typing });
            }
            Err(error) => tracing::warn!(error = %chain(&error), "typing cannot be shown"),
        }
    }

    /// Watches those users whose presence the caller may see. All others appear offline, so that nothing tells them apart.
    async fn watch(&mut self, users: Vec<UserId>, feed: &Feed) -> Outcome {
        let Some(visible) = self.visible(users.clone()).await else {
            return self.send(&json!({ "type": "error", "message": "The service is busy. Please try again." })).await;
        };
        let (online, _) = self.services.hub.watch(feed.subscription(), &visible);
        let offline: Vec<_> = users.into_iter().filter(|user| !online.contains(user)).collect();
        self.send(&presence(&online, &offline)).await
    }

    /// Returns the instant at which [`Self::keep_up`] is due.
    pub(super) fn wakes_at(&self) -> Instant {
        (self.pinged_at + PING_INTERVAL).min(self.heard_at + IDLE_TIMEOUT).min(self.expires_at)
    }

    /// Does what is due at [`Self::wakes_at`].
    pub(super) async fn keep_up(&mut self) -> Outcome {
        let now = Instant::now();
        if now >= self.expires_at {
            return Err(CloseReason::TokenExpired.into());
        }
        if now >= self.heard_at + IDLE_TIMEOUT {
            return Err(SocketEnd::Gone);
        }
        if now >= self.pinged_at + PING_INTERVAL {
            self.pinged_at = now;
            return match timeout(SEND_TIMEOUT, self.session.ping(b"")).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(SocketEnd::Gone),
                Err(_) => Err(CloseReason::TooSlow.into()),
            };
        }
        Ok(())
    }
}
