//! `PUT` and `DELETE` of `/users/{id}/follow`, `/users/{id}/friend` and `/users/{id}/block`: each may be repeated.

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
    let between = services.connections.ensure(caller, other, kind).await?;
    Ok(Json(RelationBody::new(caller.user_id, other, between)))
}

async fn ensure_not(services: &Services, caller: &Caller, id: i64, kind: Kind) -> Result<Json<RelationBody>, ApiError> {
    let other = UserId::new(id);
    let between = services.connections.ensure_not(caller, other, kind).await?;
    Ok(Json(RelationBody::new(caller.user_id, other, between)))
}

/// Follow somebody
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
        (status = 403, description = "You blocked them"),
        (status = 429, description = "They said no lately"),
    ),
)]
#[put("/users/{id}/follow")]
pub(crate) async fn follow(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Follow).await
}

/// Follow somebody no more
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
    ),
)]
#[delete("/users/{id}/follow")]
pub(crate) async fn unfollow(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_not(&services, &caller, id, Kind::Follow).await
}

/// Be friends with somebody, or ask to be
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
        (status = 403, description = "You blocked them"),
        (status = 429, description = "They said no lately"),
    ),
)]
#[put("/users/{id}/friend")]
pub(crate) async fn befriend(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Friend).await
}

/// Be friends with somebody no more, or take the ask back
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
    ),
)]
#[delete("/users/{id}/friend")]
pub(crate) async fn unfriend(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_not(&services, &caller, id, Kind::Friend).await
}

/// Block somebody
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
    ),
)]
#[put("/users/{id}/block")]
pub(crate) async fn block(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure(&services, &caller, id, Kind::Block).await
}

/// Unblock somebody, which restores nothing
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The user")),
    responses(
        (status = 200, description = "How you stand to them now", body = RelationBody),
        (status = 404, description = "No such user"),
    ),
)]
#[delete("/users/{id}/block")]
pub(crate) async fn unblock(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<RelationBody>, ApiError> {
    ensure_not(&services, &caller, id, Kind::Block).await
}
