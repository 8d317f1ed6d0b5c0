//! `POST /connections`

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

/// Whom to connect with, and how.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateConnectionBody {
    #[schema(required = true, nullable = false, example = 75)]
    target_user_id: Option<i64>,
    /// `follow` (the default), `friend` or `block`.
    connection_type: Option<String>,
    /// Words for the other.
    connection_message: Option<String>,
}

impl Parse for CreateConnectionBody {
    type Command = (UserId, Kind, Option<String>);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let target = violations.require("target_user_id", self.target_user_id, Ok).map(UserId::new);
        let kind = violations.check_some("connection_type", self.connection_type, |word| kind(&word));
        let message =
            violations.check_some("connection_message", self.connection_message, |input| text::prose(&input, 1000));
        Some((target?, kind.unwrap_or(Kind::Follow), message))
    }
}

/// Follow, ask to be friends, or block
///
/// A follow is accepted at once, unless the other is private; a friendship waits for the other, unless the other
/// has asked already; a block is silent and ends everything else between the two.
#[utoipa::path(
    tag = "connections",
    request_body = CreateConnectionBody,
    responses(
        (status = 201, description = "The connection", body = ConnectionBody),
        (status = 400, description = "It is you"),
        (status = 403, description = "You blocked them"),
        (status = 404, description = "No such user"),
        (status = 409, description = "It exists already"),
        (status = 429, description = "They said no lately"),
    ),
)]
#[post("/connections")]
pub(crate) async fn create_connection(
    services: Data<Services>,
    caller: Caller,
    Body((target, kind, message)): Body<CreateConnectionBody>,
) -> Result<HttpResponse, ApiError> {
    let connection = services.connections.ask(&caller, target, kind, message).await?;
    let location = format!("/api/v1/connections/{}", connection.edge.id);
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(ConnectionBody::from(connection)))
}
