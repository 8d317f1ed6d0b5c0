//! `GET /sessions/{id}`

use actix_web::http::header::{ETAG, EntityTag, Header, IF_NONE_MATCH, IfNoneMatch};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::SessionId;

use super::body::SessionBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// One of your sessions
///
/// Its `ETag` is its version; `If-None-Match` is honoured.
#[utoipa::path(
    tag = "schedule",
    params(("id" = i64, Path, description = "The session")),
    responses(
        (status = 200, description = "The session", body = SessionBody),
        (status = 304, description = "It has not changed"),
        (status = 404, description = "You have no such session"),
    ),
)]
#[get("/sessions/{id}")]
pub(crate) async fn read_session(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let session = services.schedule.find(&caller, SessionId::new(id)).await?;
    let tag = EntityTag::new_strong(format!("{}-{}", session.id, session.version));
    let unchanged = request.headers().contains_key(IF_NONE_MATCH)
        && match IfNoneMatch::parse(&request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        };
    if unchanged {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(SessionBody::from(session)))
}
