//! `POST /session-requests/{id}/withdraw`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::RequestId;

use super::body::RequestBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// Withdraw a session request
///
/// Withdraws a pending session request. The requester, the student and any active guardian of the student may withdraw
/// it. The tutor is notified by a chat message.
#[utoipa::path(
    tag = "requests",
    params(("id" = i64, Path, description = "Id of the session request")),
    responses(
        (status = 200, description = "The withdrawn session request", body = RequestBody),
        (status = 404, description = "The session request does not exist, or the caller may not withdraw it"),
        (status = 409, description = "The session request is no longer pending"),
    ),
)]
#[post("/session-requests/{id}/withdraw")]
pub(crate) async fn withdraw_session_request(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RequestBody>, ApiError> {
    let view = services.requests.withdraw(&caller, RequestId::new(id)).await?;
    Ok(Json(RequestBody::from(view)))
}
