//! `GET /sessions/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::SessionId;

use super::body::SessionBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId, resource};
use crate::services::Services;

/// Get a session
///
/// Returns a session that the caller teaches or attends, or that one of the caller's children attends. It is
/// hidden from all other users.
#[utoipa::path(
    tag = "schedule",
    params(
        ("id" = i64, Path, description = "Id of the session"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The session, with its `ETag`", body = SessionBody),
        (status = 304, description = "The session has not changed"),
        (status = 404, description = "The caller has no session with this id"),
    ),
)]
#[get("/sessions/{id}")]
pub(crate) async fn get_session(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let session = services.schedule.find(&caller, SessionId::new(id)).await?;
    resource(&request, &SessionBody::new(session, caller.user_id, services.clock.now()))
}
