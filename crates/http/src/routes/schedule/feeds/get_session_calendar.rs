//! `GET /sessions/{id}.ics`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::SessionId;

use super::rendering::render;
use crate::error::ApiError;
use crate::extract::{Caller, PathId, validated};
use crate::services::Services;

/// Get a session as a calendar
///
/// Returns a session in the format iCalendar (RFC 5545), for a calendar program to import. The caller teaches or attends the
/// session, or one of the caller's children attends it.
#[utoipa::path(
    tag = "schedule",
    params(
        ("id" = i64, Path, description = "Id of the session"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The calendar, with its `ETag`", body = String, content_type = "text/calendar"),
        (status = 304, description = "The session has not changed"),
        (status = 404, description = "The caller has no session with this id"),
    ),
)]
#[get("/sessions/{id}.ics")]
pub(crate) async fn get_session_calendar(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let calendar = services.feeds.of_session(&caller, SessionId::new(id)).await?;
    let calendar = calendar.ok_or_else(|| ApiError::not_found("Session"))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/calendar; charset=utf-8")
        // Another user of the same browser may not be allowed to see the session.
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "Authorization"))
        .insert_header((CONTENT_DISPOSITION, format!(r#"attachment; filename="session-{id}.ics""#)));
    Ok(validated(&request, response, render(&calendar).into_bytes()))
}
