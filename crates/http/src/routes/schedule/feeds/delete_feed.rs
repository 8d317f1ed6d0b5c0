//! `DELETE /calendar/feeds/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use astegni_domain::ids::FeedId;

use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// Delete a calendar feed
///
/// Revokes a feed of the caller. Its address is not found from then on.
#[utoipa::path(
    tag = "schedule",
    params(("id" = i64, Path, description = "Id of the feed")),
    responses(
        (status = 204, description = "The feed was revoked"),
        (status = 404, description = "The caller has no feed with this id"),
    ),
)]
#[delete("/calendar/feeds/{id}")]
pub(crate) async fn delete_feed(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.feeds.revoke(&caller, FeedId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
