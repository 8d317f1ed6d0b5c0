//! `POST /session-requests/{id}/withdraw`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::ids::RequestId;

use super::body::RequestBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// Take a request back
#[utoipa::path(
    tag = "requests",
    params(("id" = i64, Path, description = "The request")),
    responses(
        (status = 200, description = "The request as it is now", body = RequestBody),
        (status = 404, description = "You sent no such request"),
        (status = 409, description = "It is answered already"),
    ),
)]
#[post("/session-requests/{id}/withdraw")]
pub(crate) async fn withdraw_request(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RequestBody>, ApiError> {
    let view = services.requests.withdraw(&caller, RequestId::new(id)).await?;
    Ok(Json(RequestBody::new(view, &caller)))
}
