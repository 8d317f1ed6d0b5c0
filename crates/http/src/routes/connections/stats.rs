//! `GET /connections/stats` and `GET /users/{id}/connections/stats`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::connections::{Counters, Viewer};
use astegni_domain::ids::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, MaybeCaller, PathId};
use crate::services::Services;

/// The number of the caller's connections in each list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsBody {
    /// Accepted follows of the caller.
    followers_count: i64,
    /// Accepted follows by the caller.
    following_count: i64,
    /// Accepted friendships of the caller.
    friends_count: i64,
    /// Follows and friendships that wait for the caller's answer.
    pending_received_count: i64,
    /// Follows and friendships of the caller that wait for an answer.
    pending_sent_count: i64,
    /// Users whom the caller has blocked.
    blocked_count: i64,
    /// Sum of followers, following and friends.
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

/// The number of a user's connections in each public list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicStatsBody {
    /// Accepted follows of the user.
    followers_count: i64,
    /// Accepted follows by the user.
    following_count: i64,
    /// Accepted friendships of the user.
    friends_count: i64,
    /// Sum of followers, following and friends.
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

/// Get your connection stats
///
/// Returns the number of the caller's followers, follows, friends, pending requests and blocks. Users hidden from the
/// caller are not counted.
#[utoipa::path(
    tag = "connections",
    responses((status = 200, description = "The number of connections in each list", body = StatsBody)),
)]
#[get("/connections/stats")]
pub(crate) async fn get_connection_stats(
    services: Data<Services>,
    caller: Caller,
) -> Result<Json<StatsBody>, ApiError> {
    Ok(Json(services.connections.counters(&caller).await?.into()))
}

/// Get a user's connection stats
///
/// Returns the number of a user's followers, follows and friends. Users that the caller has blocked, or who have blocked
/// the caller, are excluded.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The number of connections in each list", body = PublicStatsBody),
        (status = 403, description = "The caller has blocked the user"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/users/{id}/connections/stats")]
pub(crate) async fn get_user_connection_stats(
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
) -> Result<Json<PublicStatsBody>, ApiError> {
    let viewer = Viewer::from(caller.map(|actor| actor.user_id));
    Ok(Json(services.connections.public_counters(viewer, UserId::new(id)).await?.into()))
}
