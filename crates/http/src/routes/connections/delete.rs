//! `DELETE /connections/{id}`: the end of a connection.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use astegni_domain::ids::ConnectionId;

use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// Delete a connection
///
/// Ends a follow or a friendship, or lifts a block. Either participant may end a follow or a friendship; only the
/// initiator may lift a block, which does not restore the connections that it ended.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "Id of the connection")),
    responses(
        (status = 204, description = "The connection is deleted"),
        (status = 403, description = "The caller is not a participant"),
        (status = 404, description = "The connection does not exist or is hidden from the caller"),
    ),
)]
#[delete("/connections/{id}")]
pub(crate) async fn delete_connection(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.connections.end(&caller, ConnectionId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
