//! `PUT /connections/{id}`

use actix_web::put;
use actix_web::web::{Data, Json};
use astegni_domain::connections::Reply;
use astegni_domain::ids::ConnectionId;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::ConnectionBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;

/// What you say to it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerConnectionBody {
    /// `accepted`, `rejected` or `blocked`.
    #[schema(required = true, nullable = false, example = "accepted")]
    status: Option<String>,
}

impl Parse for AnswerConnectionBody {
    type Command = Reply;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Reply> {
        violations.require("status", self.status, |status| match status.as_str() {
            "accepted" => Ok(Reply::Accept),
            "rejected" => Ok(Reply::Reject),
            "blocked" => Ok(Reply::Block),
            _ => Err(Invalid::new("unknown_status", "must be accepted, rejected or blocked")),
        })
    }
}

/// Accept, reject or block
#[utoipa::path(
    tag = "connections",
    request_body = AnswerConnectionBody,
    params(("id" = i64, Path, description = "The connection")),
    responses(
        (status = 200, description = "The connection as it is now", body = ConnectionBody),
        (status = 403, description = "Only who was asked answers"),
        (status = 404, description = "No such connection"),
        (status = 409, description = "It was answered already"),
    ),
)]
#[put("/connections/{id}")]
pub(crate) async fn answer_connection(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(reply): Body<AnswerConnectionBody>,
) -> Result<Json<ConnectionBody>, ApiError> {
    Ok(Json(services.connections.answer(&caller, ConnectionId::new(id), reply).await?.into()))
}
