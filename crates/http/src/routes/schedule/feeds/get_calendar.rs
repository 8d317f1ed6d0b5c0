//! `GET /calendar/{secret}.ics`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};

use super::rendering::render;
use crate::error::ApiError;
use crate::extract::validated;
use crate::services::Services;

/// Get a calendar feed
///
/// Returns the sessions of the feed's owner in the format iCalendar (RFC 5545): those of the past 12 months and all to come.
/// Cancelled sessions are marked as such for 60 days, then left out. A feed that would have more than 5000 sessions begins two months
/// ago, or this month. The response is the same sequence of bytes until a session or a name in it changes, a cancelled session is
/// left out, or a month begins.
#[utoipa::path(
    tag = "schedule",
    params(
        ("secret" = String, Path, description = "Secret of the feed"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The calendar, with its `ETag`", body = String, content_type = "text/calendar"),
        (status = 304, description = "The calendar has not changed"),
        (status = 404, description = "The feed does not exist or was revoked"),
    ),
    security(()),
)]
#[get("/calendar/{secret}.ics")]
pub(crate) async fn get_calendar(
    request: HttpRequest,
    services: Data<Services>,
    secret: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let calendar = services.feeds.open(&secret).await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/calendar; charset=utf-8")
        // Only the program that knows the secret keeps a copy, for less than the interval at which programs read feeds.
        .insert_header((CACHE_CONTROL, "private, max-age=300"))
        // A browser would name the file after the secret.
        .insert_header((CONTENT_DISPOSITION, r#"attachment; filename="astegni.ics""#));
    Ok(validated(&request, response, render(&calendar).into_bytes()))
}
