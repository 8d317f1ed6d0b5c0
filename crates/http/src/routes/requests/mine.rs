//! `GET /session-requests/my-requests`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};

use super::body::RequestBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Query, list};
use crate::services::Services;

/// List your session requests
///
/// Returns the session requests that the caller sent, those for the caller or the caller's children, and, for a tutor,
/// those that the caller received, newest first.
#[utoipa::path(
    tag = "requests",
    params(PagingQuery),
    responses((status = 200, description = "A page of session requests", body = [RequestBody])),
)]
#[get("/session-requests/my-requests")]
pub(crate) async fn list_session_requests(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.mine(&caller, page).await?;
    Ok(list(&request, page, RequestBody::from))
}
