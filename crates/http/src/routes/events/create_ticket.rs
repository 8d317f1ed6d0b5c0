//! `POST /ws/ticket`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::events::TICKET_LIFETIME;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::IdentifiedCaller;
use crate::services::Services;

/// A ticket for a socket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketBody {
    /// Value of the parameter `ticket` of `GET /ws`.
    ticket: String,
    /// Number of seconds until the ticket expires.
    expires_in: i64,
}

/// Create a ticket for a socket
///
/// Returns a single-use ticket with which the caller opens a socket within 30 seconds. Browsers need it because they
/// cannot send the `Authorization` header with a socket. The socket stays open until the access token of this call expires.
#[utoipa::path(
    tag = "events",
    responses((status = 200, description = "The ticket", body = TicketBody)),
)]
#[post("/ws/ticket")]
pub(crate) async fn create_ticket(
    services: Data<Services>,
    IdentifiedCaller(identity): IdentifiedCaller,
) -> Result<Json<TicketBody>, ApiError> {
    let ticket = services.events.issue_ticket(&identity.actor, identity.expires_at).await?;
    Ok(Json(TicketBody { ticket, expires_in: TICKET_LIFETIME.num_seconds() }))
}
