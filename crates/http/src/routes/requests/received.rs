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

/// Filter and page of received session requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceivedQuery {
    /// `pending`, `accepted`, `rejected`, `withdrawn`, `expired`, or `all` (the default).
    status: Option<String>,
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

impl Parse for ReceivedQuery {
    type Command = (Option<RequestStatus>, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let given = self.status.filter(|status| !matches!(status.as_str(), "all" | ""));
        let status = violations.check_some("status", given, |status| {
            let reason = "must be pending, accepted, rejected, withdrawn, expired or all";
            status.parse::<RequestStatus>().map_err(|_| Invalid::new("unknown_status", reason))
        });
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((status, page))
    }
}

/// List your received session requests
///
/// Returns the session requests that the caller received, newest first. Only tutors receive session requests.
#[utoipa::path(
    tag = "requests",
    params(ReceivedQuery),
    responses(
        (status = 200, description = "A page of session requests", body = [RequestBody]),
        (status = 403, description = "The caller is not a tutor"),
    ),
)]
#[get("/session-requests/tutor")]
pub(crate) async fn list_received_session_requests(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((status, page)): Query<ReceivedQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.received(&caller, status, page).await?;
    Ok(list(&request, page, RequestBody::from))
}

/// Get one of your received session requests
///
/// Returns a session request that the caller received. Only tutors receive session requests.
#[utoipa::path(
    tag = "requests",
    params(("id" = i64, Path, description = "Id of the session request")),
    responses(
        (status = 200, description = "The session request", body = RequestBody),
        (status = 403, description = "The caller is not a tutor"),
        (status = 404, description = "The caller received no such session request"),
    ),
)]
#[get("/session-requests/tutor/{id}")]
pub(crate) async fn get_received_session_request(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RequestBody>, ApiError> {
    let view = services.requests.find_received(&caller, RequestId::new(id)).await?;
    Ok(Json(RequestBody::from(view)))
}
