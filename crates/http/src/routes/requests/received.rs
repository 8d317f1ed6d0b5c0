//! `GET /session-requests/tutor` and `GET /session-requests/tutor/{id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::RequestId;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::RequestStatus;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::RequestBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Parse, PathId, Query, list};
use crate::services::Services;

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceivedQuery {
    /// `pending`, `accepted`, `rejected`, `withdrawn`, `expired`, or `all` (the default).
    status: Option<String>,
    /// How many rows, 1 to 100. Left out: the first 100.
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Where the page begins, from the `Link` header of the page before.
    cursor: Option<String>,
}

impl Parse for ReceivedQuery {
    type Command = (Option<RequestStatus>, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let named = self.status.filter(|status| !matches!(status.as_str(), "all" | ""));
        let status = violations.check_some("status", named, |status| {
            let reason = "must be pending, accepted, rejected, withdrawn, expired or all";
            status.parse::<RequestStatus>().map_err(|_| Invalid::new("unknown_status", reason))
        });
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((status, page))
    }
}

/// Requests that you received as a tutor
#[utoipa::path(
    tag = "requests",
    params(ReceivedQuery),
    responses(
        (status = 200, description = "The newest first", body = [RequestBody]),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[get("/session-requests/tutor")]
pub(crate) async fn received_requests(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((status, page)): Query<ReceivedQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.received(&caller, status, page).await?;
    Ok(list(&request, page, |view| RequestBody::new(view, &caller)))
}

/// A request that you received as a tutor
#[utoipa::path(
    tag = "requests",
    params(("id" = i64, Path, description = "The request")),
    responses(
        (status = 200, description = "The request", body = RequestBody),
        (status = 403, description = "You are no tutor"),
        (status = 404, description = "You received no such request"),
    ),
)]
#[get("/session-requests/tutor/{id}")]
pub(crate) async fn received_request(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RequestBody>, ApiError> {
    let view = services.requests.received_one(&caller, RequestId::new(id)).await?;
    Ok(Json(RequestBody::new(view, &caller)))
}
