//! The endpoints `GET /health`, `/health/live` and `/health/ready`.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::services::Services;
use crate::wire;

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `healthy`, or `degraded` if the database is unavailable.
    status: &'static str,
    /// Version of the server.
    version: &'static str,
    /// RFC 3339 instant in UTC of the check.
    timestamp: String,
    /// State of the database: `connected` or `unavailable`.
    database: &'static str,
}

fn body(reachable: bool, now: DateTime<Utc>) -> HealthBody {
    let (status, database) = if reachable { ("healthy", "connected") } else { ("degraded", "unavailable") };
    HealthBody { status, version: env!("CARGO_PKG_VERSION"), timestamp: wire::instant(now), database }
}

/// Get the state of the server
///
/// Reports the state of the server and of its database; the status is 200 even if the database is unavailable. No access
/// token is required.
#[utoipa::path(
    tag = "platform",
    operation_id = "get_health",
    responses((status = 200, description = "The state of the server and of its database", body = HealthBody)),
    security(()),
)]
#[get("/health")]
pub(crate) async fn get_health(services: Data<Services>) -> Json<HealthBody> {
    Json(body(services.health.is_reachable().await, services.clock.now()))
}

/// Check that the process is alive
///
/// Liveness probe that does not touch the database. No access token is required.
#[utoipa::path(
    tag = "platform",
    operation_id = "check_liveness",
    responses((status = 200, description = "The process is alive", body = String, content_type = "text/plain")),
    security(()),
)]
#[get("/health/live")]
pub(crate) async fn check_liveness() -> &'static str {
    "alive"
}

/// Check that requests can be served
///
/// Readiness probe: a load balancer should send requests to this server only while the status is 200. No access token is
/// required.
#[utoipa::path(
    tag = "platform",
    operation_id = "check_readiness",
    responses(
        (status = 200, description = "The server is ready", body = HealthBody),
        (status = 503, description = "The database is unavailable"),
    ),
    security(()),
)]
#[get("/health/ready")]
pub(crate) async fn check_readiness(services: Data<Services>) -> Result<Json<HealthBody>, ApiError> {
    if services.health.is_reachable().await {
        Ok(Json(body(true, services.clock.now())))
    } else {
        Err(ApiError::busy())
    }
}
