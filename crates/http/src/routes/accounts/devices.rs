//! `GET /auth/sessions` and `DELETE /auth/sessions/{id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get};
use astegni_domain::ids::DeviceId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;
use crate::wire;

/// A device that you are signed in on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: i64,
    user_agent: Option<String>,
    ip_address: Option<String>,
    /// Instant.
    created_at: String,
    /// Instant.
    last_used_at: String,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// Your devices
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The last used first", body = [DeviceBody])),
)]
#[get("/auth/sessions")]
pub(crate) async fn list_devices(services: Data<Services>, caller: Caller) -> Result<Json<Vec<DeviceBody>>, ApiError> {
    let devices = services.accounts.devices(&caller).await?;
    let body = |device: astegni_domain::accounts::Device| DeviceBody {
        id: device.id.get(),
        is_current: device.id == caller.device_id,
        user_agent: device.user_agent,
        ip_address: device.ip_address,
        created_at: wire::instant(device.created_at),
        last_used_at: wire::instant(device.last_used_at),
    };
    Ok(Json(devices.into_iter().map(body).collect()))
}

/// Sign one of your devices out
#[utoipa::path(
    tag = "accounts",
    params(("id" = i64, Path, description = "The device")),
    responses(
        (status = 204, description = "Signed out"),
        (status = 404, description = "You are not signed in on such a device"),
    ),
)]
#[delete("/auth/sessions/{id}")]
pub(crate) async fn end_device(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let device = DeviceId::new(id);
    if !services.accounts.sign_out(&caller, device).await? {
        return Err(ApiError::not_found("Device"));
    }
    services.gate.forget(device);
    Ok(HttpResponse::NoContent().finish())
}
