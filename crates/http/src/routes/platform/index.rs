//! The endpoint `GET /`.

use actix_web::get;
use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The name and version of the API, and links.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndexBody {
    /// Name of the product.
    name: &'static str,
    /// Description in one sentence.
    message: &'static str,
    /// Version of the server.
    version: &'static str,
    /// Path of the interactive documentation.
    docs: &'static str,
    /// Path of the OpenAPI document.
    openapi: &'static str,
    /// Path of the health check.
    health: &'static str,
    /// Prefix of the API.
    api: &'static str,
}

/// Get the version and links
///
/// Returns the version of the server and the paths of its documentation. No access token is required.
#[utoipa::path(
    tag = "platform",
    operation_id = "get_index",
    responses((status = 200, description = "The version and links", body = IndexBody)),
    security(()),
)]
#[get("/")]
pub(crate) async fn get_index() -> Json<IndexBody> {
    Json(IndexBody {
        name: "Astegni",
        message: "The backend of a tutoring marketplace",
        version: env!("CARGO_PKG_VERSION"),
        docs: "/docs/",
        openapi: "/openapi.json",
        health: "/health",
        api: "/api/v1",
    })
}
