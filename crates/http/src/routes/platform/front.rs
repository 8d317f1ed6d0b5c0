//! `GET /`

use actix_web::get;
use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// What answers here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FrontBody {
    name: &'static str,
    message: &'static str,
    version: &'static str,
    docs: &'static str,
    openapi: &'static str,
    health: &'static str,
    api: &'static str,
}

/// What answers here
#[utoipa::path(
    tag = "platform",
    responses((status = 200, description = "Name, version and where to go on", body = FrontBody)),
    security(()),
)]
#[get("/")]
pub(crate) async fn front() -> Json<FrontBody> {
    Json(FrontBody {
        name: "Astegni",
        message: "The backend of a tutoring marketplace",
        version: env!("CARGO_PKG_VERSION"),
        docs: "/docs/",
        openapi: "/openapi.json",
        health: "/health",
        api: "/api/v1",
    })
}
