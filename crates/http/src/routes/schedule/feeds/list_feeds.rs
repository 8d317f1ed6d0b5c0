//! `GET /calendar/feeds`

use actix_web::get;
use actix_web::web::{Data, Json};

use super::body::FeedBody;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// List your calendar feeds
///
/// Returns the caller's feeds, at most 20, newest first. Their addresses are not stored and cannot be shown again.
#[utoipa::path(
    tag = "schedule",
    responses((status = 200, description = "The feeds", body = [FeedBody])),
)]
#[get("/calendar/feeds")]
pub(crate) async fn list_feeds(services: Data<Services>, caller: Caller) -> Result<Json<Vec<FeedBody>>, ApiError> {
    let feeds = services.feeds.list(&caller).await?;
    Ok(Json(feeds.into_iter().map(FeedBody::from).collect()))
}
