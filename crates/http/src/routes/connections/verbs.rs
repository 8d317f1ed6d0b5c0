//! `PUT` and `DELETE` of `/users/{id}/follow`, `/users/{id}/friend` and `/users/{id}/block`, all idempotent.

use actix_web::web::{Data, Json};
use actix_web::{delete, put};
use astegni_domain::connections::Kind;
use astegni_domain::ids::UserId;

use super::body::RelationBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

async fn ensure(services: &Services, caller: &Caller, id: i64, kind: Kind) -> Result<Json<RelationBody>, ApiError> {
    let other = UserId::new(id);
    let connections = services.connections.ensure(caller, other, kind).await?;
    Ok(Json(RelationBody::new(caller.user_id, other, connections)))
}

async fn ensure_removed(
    services: &Services,
    caller: &Caller,
    id: i64,
    kind: Kind,
) -> Result<Json<RelationBody>, ApiError> {
    let other = UserId::new(id);
    let connections = services.connections.ensure_removed(caller, other, kind).await?;
    Ok(Json(RelationBody::new(caller.user_id, other, connections)))
}

/// Follow a user
///
/// Makes the caller follow the user. The follow is accepted immediately, or pending if the user's account is private.
/// Repeating the call changes nothing.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
        (status = 403, description = "The caller has blocked the user"),
        (status = 429, description = "The user rejected the caller in the last 7 days"),
    ),
)]
#[put("/users/{id}/follow")]
pub(crate) async fn follow_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Follow).await
}

/// Unfollow a user
///
/// Ends the caller's follow, pending or accepted. Succeeds if there is none.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
    ),
)]
#[delete("/users/{id}/follow")]
pub(crate) async fn unfollow_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_removed(&services, &caller, id, Kind::Follow).await
}

/// Befriend a user
///
/// Offers the user friendship, or accepts the user's offer. Repeating the call changes nothing.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
        (status = 403, description = "The caller has blocked the user"),
        (status = 429, description = "The user rejected the caller in the last 7 days"),
    ),
)]
#[put("/users/{id}/friend")]
pub(crate) async fn befriend_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Friend).await
}

/// Unfriend a user
///
/// Ends the friendship, or removes an offer of friendship, pending or rejected by the caller. Succeeds if there is none.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
    ),
)]
#[delete("/users/{id}/friend")]
pub(crate) async fn unfriend_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_removed(&services, &caller, id, Kind::Friend).await
}

/// Block a user
///
/// Ends follows, friendship and guardianships between the two users, and their pending requests expire. The blocked
/// user receives 404 for the caller. Repeating the call changes nothing.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
        (status = 409, description = "The block would leave a child without a guardian (`last_guardian`)"),
    ),
)]
#[put("/users/{id}/block")]
pub(crate) async fn block_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Block).await
}

/// Unblock a user
///
/// Lifts the caller's block. Connections that the block ended are not restored. Succeeds if there is none.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the user")),
    responses(
        (status = 200, description = "The relation to the user after the call", body = RelationBody),
        (status = 400, description = "Cannot connect with yourself"),
        (status = 404, description = "The user does not exist or is hidden from the caller"),
    ),
)]
#[delete("/users/{id}/block")]
pub(crate) async fn unblock_user(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_removed(&services, &caller, id, Kind::Block).await
}
