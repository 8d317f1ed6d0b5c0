//! `PUT /connections/{id}`: the answer of the recipient.

use actix_web::put;
use actix_web::web::{Data, Json};
use astegni_domain::connections::Answer;
use astegni_domain::ids::ConnectionId;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::ConnectionBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;

/// The recipient's answer to a connection.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerConnectionBody {
    /// `accepted`, `rejected` or `blocked`. The last one blocks the initiator.
    #[schema(required = true, nullable = false, example = "accepted")]
    status: Option<String>,
}

impl Parse for AnswerConnectionBody {
    type Command = Answer;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Answer> {
        violations.require("status", self.status, |status| match status.as_str() {
            "accepted" => Ok(Answer::Accept),
            "rejected" => Ok(Answer::Reject),
            "blocked" => Ok(Answer::Block),
            _ => Err(Invalid::new("unknown_status", "must be accepted, rejected or blocked")),
        })
    }
}

/// Answer a connection request
///
/// Accepts or rejects a pending follow or friendship, or blocks its initiator. Only the recipient may answer. A
/// rejection is hidden from the initiator, who can request again after 7 days.
#[utoipa::path(
    tag = "connections",
    request_body = AnswerConnectionBody,
    params(("id" = i64, Path, description = "Id of the connection")),
    responses(
        (status = 200, description = "The connection, or the block that replaced it", body = ConnectionBody),
        (status = 403, description = "Only the recipient can accept or reject connection requests (`recipient_only`, `not_your_connection`)"),
        (status = 404, description = "The connection does not exist or is hidden from the caller"),
        (status = 409, description = "The connection was answered already (`already_answered`), or the block would leave a child without a guardian (`last_guardian`)"),
    ),
)]
#[put("/connections/{id}")]
pub(crate) async fn answer_connection(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(answer): Body<AnswerConnectionBody>,
) -> Result<Json<ConnectionBody>, ApiError> {
    Ok(Json(services.connections.answer(&caller, ConnectionId::new(id), answer).await?.into()))
}
