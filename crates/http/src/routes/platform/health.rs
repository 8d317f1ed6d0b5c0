//! `GET /health`, `/health/live` and `/health/ready`

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::services::Services;
use crate::wire;

/// How it is going.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `healthy`, or `degraded` where the database is away.
    status: &'static str,
    version: &'static str,
    /// Instant.
    timestamp: String,
    /// `connected` or `unavailable`.
    database: &'static str,
}

fn body(reachable: bool, now: DateTime<Utc>) -> HealthBody {
    let (status, database) = if reachable { ("healthy", "connected") } else { ("degraded", "unavailable") };
    HealthBody { status, version: env!("CARGO_PKG_VERSION"), timestamp: wire::instant(now), database }
}

/// How it is going
#[utoipa::path(
    tag = "platform",
    responses((status = 200, description = "The process answers; the database may not", body = HealthBody)),
    security(()),
)]
#[get("/health")]
pub(crate) async fn health(services: Data<Services>) -> Json<HealthBody> {
    Json(body(services.health.is_reachable().await, services.clock.now()))
}

/// Whether the process answers
#[utoipa::path(
    tag = "platform",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
    security(()),
)]
#[get("/health/live")]
pub(crate) async fn live() -> &'static str {
    "alive"
}

/// Whether requests can be served
#[utoipa::path(
    tag = "platform",
    responses(
        (status = 200, description = "They can", body = HealthBody),
        (status = 503, description = "The database is away"),
    ),
    security(()),
)]
#[get("/health/ready")]
pub(crate) async fn ready(services: Data<Services>) -> Result<Json<HealthBody>, ApiError> {
    if services.health.is_reachable().await {
        Ok(Json(body(true, services.clock.now())))
    } else {
        Err(ApiError::busy())
    }
}
