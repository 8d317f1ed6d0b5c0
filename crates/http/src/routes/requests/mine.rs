//! `GET /session-requests/my-requests`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};

use super::body::RequestBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Query, list};
use crate::services::Services;

/// Requests that you sent, and that you received as a tutor
#[utoipa::path(
    tag = "requests",
    params(PagingQuery),
    responses((status = 200, description = "The newest first", body = [RequestBody])),
)]
#[get("/session-requests/my-requests")]
pub(crate) async fn my_requests(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.mine(&caller, page).await?;
    Ok(list(&request, page, |view| RequestBody::new(view, &caller)))
}
