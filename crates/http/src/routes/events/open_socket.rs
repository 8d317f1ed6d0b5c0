//! `GET /ws`

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::events::Cursor;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::list_events::parse_cursor;
use crate::adapters::Identity;
use crate::error::{ApiError, Code};
use crate::extract::{Parse, Query};
use crate::middleware::CorsOrigins;
use crate::realtime::{Socket, check_origin};
use crate::services::Services;

/// The parameters of a socket.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SocketQuery {
    /// Ticket from `POST /ws/ticket`. Without it, the first frame has to bring an access token.
    ticket: Option<String>,
    /// Position to continue from, or 0 for the beginning of the log. Without it, reading starts now.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
}

/// A parsed [`SocketQuery`].
#[derive(Debug)]
pub(crate) struct SocketRequest {
    ticket: Option<String>,
    after: Option<Cursor>,
}

impl Parse for SocketQuery {
    type Command = SocketRequest;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<SocketRequest> {
        let after = violations.check_some("after", self.after, |after: String| parse_cursor(&after));
        Some(SocketRequest { ticket: self.ticket, after })
    }
}

/// Open a socket
///
/// Upgrades to a WebSocket. Without a ticket, the client sends `{"type": "auth", "token": "<access token>"}` as its first
/// frame within 10 seconds; later, such a frame extends the connection to the end of the new token.
///
/// The server sends `{"type": "hello", "cursor"}` first, then one text frame per event, in the form of `GET /events`, and
/// `{"type": "typing", "data": {"conversation_id", "user_id", "is_typing"}}` and
/// `{"type": "presence", "data": {"online": [], "offline": []}}`.
///
/// The client may send `{"type": "typing", "conversation_id", "is_typing"}`, at most once per second, and
/// `{"type": "presence", "user_ids": []}` with up to 100 ids, which is answered at once and whenever one of these users
/// comes online or goes offline. A frame of up to 64 KiB that is not understood is answered with
/// `{"type": "error", "message"}`.
///
/// Closing codes: 4401 the token is invalid, expired or revoked; 4410 the position is older than the log; 4429 the user
/// has more than 10 sockets; 1013 the client is too slow or the service is busy; 1001 the server stops. After 1013 and
/// 1001, connect again and continue from the last cursor.
#[utoipa::path(
    tag = "events",
    params(SocketQuery),
    responses(
        (status = 101, description = "The connection is a WebSocket from now on"),
        (status = 400, description = "The request is not the handshake of a WebSocket"),
        (status = 401, description = "The ticket is unknown, used or expired"),
        (status = 403, description = "Pages of this origin cannot open a socket"),
    ),
    security(()),
)]
#[get("/ws")]
pub(crate) async fn open_socket(
    request: HttpRequest,
    payload: Payload,
    services: Data<Services>,
    origins: Data<CorsOrigins>,
    Query(SocketRequest { ticket, after }): Query<SocketQuery>,
) -> Result<HttpResponse, ApiError> {
    check_origin(&request, &origins)?;
    let (response, session, frames) = actix_ws::handle(&request, payload)
        .map_err(|_| ApiError::new(Code::BadRequest, "This path is for WebSockets: send the handshake of one"))?;
    let identity = match ticket {
        Some(ticket) => Some(redeem(&services, &ticket).await?),
        None => None,
    };
    actix_web::rt::spawn(Socket::new(services, session, frames).run(identity, after));
    Ok(response)
}

async fn redeem(services: &Services, ticket: &str) -> Result<Identity, ApiError> {
    let ticket = services.events.redeem_ticket(ticket).await?;
    let ticket = ticket.filter(|ticket| ticket.token_expires_at > services.clock.now());
    let ticket = ticket.ok_or_else(|| {
        ApiError::new(Code::InvalidToken, "The ticket is unknown, used or expired. Request another one.")
    })?;
    Ok(Identity { actor: ticket.actor, expires_at: ticket.token_expires_at })
}
