//! `GET /connections/stats` and `GET /users/{id}/connections/stats`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::connections::Counters;
use astegni_domain::ids::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, MaybeCaller, PathId};
use crate::services::Services;

/// What your lists count to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsBody {
    followers_count: i64,
    following_count: i64,
    friends_count: i64,
    pending_received_count: i64,
    pending_sent_count: i64,
    /// Whom you blocked.
    blocked_count: i64,
    /// Followers, followed and friends together.
    total_connections: i64,
}

impl From<Counters> for StatsBody {
    fn from(counters: Counters) -> Self {
        Self {
            followers_count: counters.followers,
            following_count: counters.following,
            friends_count: counters.friends,
            pending_received_count: counters.pending_received,
            pending_sent_count: counters.pending_sent,
            blocked_count: counters.blocked,
            total_connections: counters.total(),
        }
    }
}

/// What somebody's public lists count to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicStatsBody {
    followers_count: i64,
    following_count: i64,
    friends_count: i64,
    /// The three together.
    total_connections: i64,
}

impl From<Counters> for PublicStatsBody {
    fn from(counters: Counters) -> Self {
        Self {
            followers_count: counters.followers,
            following_count: counters.following,
            friends_count: counters.friends,
            total_connections: counters.total(),
        }
    }
}

/// What your lists count to
#[utoipa::path(
    tag = "connections",
    responses((status = 200, description = "The counts", body = StatsBody)),
)]
#[get("/connections/stats")]
pub(crate) async fn own_stats(services: Data<Services>, caller: Caller) -> Result<Json<StatsBody>, ApiError> {
    Ok(Json(services.connections.counters(&caller).await?.into()))
}

/// What somebody's lists count to
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "The counts", body = PublicStatsBody),
        (status = 403, description = "You blocked them"),
        (status = 404, description = "No such user"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/users/{id}/connections/stats")]
pub(crate) async fn public_stats(
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
) -> Result<Json<PublicStatsBody>, ApiError> {
    let viewer = caller.map(|actor| actor.user_id);
    Ok(Json(services.connections.public_counters(viewer, UserId::new(id)).await?.into()))
}
