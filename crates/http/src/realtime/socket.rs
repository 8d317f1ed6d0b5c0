//! Sockets: events, typing and presence over a WebSocket.

use actix_web::web::Data;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, MessageStream, Session};
use astegni_domain::events::Cursor;
use tokio::time::{Duration, sleep_until, timeout};

use super::CloseReason;
use super::connection::{Connection, SEND_TIMEOUT, identify};
use super::frame::ClientFrame;
use super::socket_end::SocketEnd;
use crate::adapters::Identity;
use crate::services::Services;

/// The largest frame of a client, and the largest message in several frames, in bytes.
const MAX_FRAME: usize = 64 * 1024;

/// The time that a client without a ticket has to send its access token.
const AUTH_TIMEOUT: Duration = Duration::from_secs(10);

/// A socket before its feed is open.
pub(crate) struct Socket {
    services: Data<Services>,
    session: Session,
    frames: AggregatedMessageStream,
}

impl Socket {
    /// Takes the two halves of a connection.
    pub(crate) fn new(services: Data<Services>, session: Session, frames: MessageStream) -> Self {
        let frames = frames.max_frame_size(MAX_FRAME).aggregate_continuations().max_continuation_size(MAX_FRAME);
        Self { services, session, frames }
    }

    /// Serves the socket until either side closes it. Without an identity, the first frame has to bring a token.
    pub(crate) async fn run(mut self, identity: Option<Identity>, after: Option<Cursor>) {
        let session = self.session.clone();
        let identity = match identity {
            Some(identity) => Ok(identity),
            None => Box::pin(self.authenticate()).await,
        };
        let end = match identity {
            Ok(identity) => self.serve(identity, after).await,
            Err(end) => end,
        };
        // Fails only if the connection is closed.
        drop(timeout(SEND_TIMEOUT, session.close(Some(end.frame()))).await);
    }

    async fn authenticate(&mut self) -> Result<Identity, SocketEnd> {
        let frame = tokio::select! {
            frame = timeout(AUTH_TIMEOUT, self.frames.recv()) => frame,
            () = self.services.hub.stopped() => return Err(CloseReason::ShuttingDown.into()),
        };
        let invalid = SocketEnd::from(CloseReason::InvalidToken);
        match frame.map_err(|_| invalid)? {
            Some(Ok(AggregatedMessage::Text(text))) => match ClientFrame::parse(&text) {
                Ok(ClientFrame::Auth { token }) => identify(&self.services, &token).await,
                _ => Err(invalid),
            },
            Some(Ok(AggregatedMessage::Binary(_))) => Err(SocketEnd::Binary),
            Some(Err(error)) => Err(SocketEnd::of_error(&error)),
            Some(Ok(AggregatedMessage::Close(_))) | None => Err(SocketEnd::Gone),
            Some(Ok(_)) => Err(invalid),
        }
    }

    async fn serve(self, identity: Identity, after: Option<Cursor>) -> SocketEnd {
        let Self { services, session, mut frames } = self;
        let mut connection = Connection::new(services, session, &identity);
        let mut feed = match Box::pin(connection.open(after)).await {
            Ok(feed) => feed,
            Err(end) => return end,
        };
        loop {
            let step = tokio::select! {
                () = feed.ready() => Box::pin(connection.forward(&mut feed)).await,
                frame = frames.recv() => Box::pin(connection.take(frame, &feed)).await,
                () = sleep_until(connection.wakes_at()) => Box::pin(connection.keep_up()).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }
}
