//! `DELETE /connections/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use astegni_domain::ids::ConnectionId;

use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// End a connection
///
/// Either of a follow or a friendship; of a block only its maker.
#[utoipa::path(
    tag = "connections",
    params(("id" = i64, Path, description = "The connection")),
    responses(
        (status = 204, description = "Gone"),
        (status = 403, description = "You have no part in it"),
        (status = 404, description = "No such connection"),
    ),
)]
#[delete("/connections/{id}")]
pub(crate) async fn end_connection(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.connections.end(&caller, ConnectionId::new(id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
