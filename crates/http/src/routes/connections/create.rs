//! `POST /connections`: a new connection.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use astegni_domain::connections::Kind;
use astegni_domain::ids::UserId;
use astegni_domain::text;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{ConnectionBody, kind};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// A new connection.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateConnectionBody {
    /// User id of the recipient.
    #[schema(required = true, nullable = false, example = 75)]
    target_user_id: Option<i64>,
    /// `follow` (the default), `friend` or `block`.
    connection_type: Option<String>,
    /// Message to the recipient, at most 1000 characters.
    connection_message: Option<String>,
}

impl Parse for CreateConnectionBody {
    type Command = (UserId, Kind, Option<String>);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let target = violations.require("target_user_id", self.target_user_id, UserId::parse);
        let kind = violations.check_some("connection_type", self.connection_type, |word| kind(&word));
        let message =
            violations.check_some("connection_message", self.connection_message, |input| text::prose(&input, 1000));
        Some((target?, kind.unwrap_or(Kind::Follow), message))
    }
}

/// Create a connection
///
/// A follow is accepted immediately, or pending if the recipient's account is private. A friendship is pending until
/// the recipient accepts it; if the recipient has already offered friendship, it is accepted. A block takes effect
/// immediately and silently: it ends follows, friendship and guardianships between the two users in both directions,
/// and pending requests between them expire. Booked sessions remain.
#[utoipa::path(
    tag = "connections",
    request_body = CreateConnectionBody,
    responses(
        (status = 201, description = "The new connection, or the friendship that the request completed", body = ConnectionBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 403, description = "The caller has blocked the user"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
        (status = 409, description = "The connection exists already (`connection_exists`), or the block would leave a child without a guardian (`last_guardian`)"),
        (status = 429, description = "The recipient rejected the caller in the last 7 days"),
    ),
)]
#[post("/connections")]
pub(crate) async fn create_connection(
    services: Data<Services>,
    caller: Caller,
    Body((target, kind, message)): Body<CreateConnectionBody>,
) -> Result<HttpResponse, ApiError> {
    let connection = services.connections.request(&caller, target, kind, message).await?;
    let location = format!("/api/v1/connections/{}", connection.edge.id);
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(ConnectionBody::from(connection)))
}
