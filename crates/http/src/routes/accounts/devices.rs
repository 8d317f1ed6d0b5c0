//! `GET /auth/sessions` and `DELETE /auth/sessions/{id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get};
use astegni_domain::accounts::Device;
use astegni_domain::ids::DeviceId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;
use crate::wire;

/// A signed-in device of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceBody {
    id: i64,
    /// `User-Agent` header of the login.
    user_agent: Option<String>,
    /// Network address of the login.
    ip_address: Option<String>,
    /// RFC 3339 instant in UTC of the login.
    created_at: String,
    /// RFC 3339 instant in UTC at which the device last received a refresh token.
    last_used_at: String,
    /// Whether the request comes from this device.
    is_current: bool,
}

/// List your devices
///
/// Returns at most 100 devices that the caller is signed in on, the most recently used first.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The devices", body = [DeviceBody])),
)]
#[get("/auth/sessions")]
pub(crate) async fn list_devices(services: Data<Services>, caller: Caller) -> Result<Json<Vec<DeviceBody>>, ApiError> {
    let devices = services.accounts.devices(&caller).await?;
    let body = |device: Device| DeviceBody {
        id: device.id.get(),
        is_current: device.id == caller.device_id,
        user_agent: device.user_agent,
        ip_address: device.ip_address,
        created_at: wire::instant(device.created_at),
        last_used_at: wire::instant(device.last_used_at),
    };
    Ok(Json(devices.into_iter().map(body).collect()))
}

/// Sign out one of your devices
///
/// Signs out a device of the caller. Its tokens are rejected everywhere within five seconds.
#[utoipa::path(
    tag = "accounts",
    params(("id" = i64, Path, description = "Id of the device")),
    responses(
        (status = 204, description = "The device was signed out"),
        (status = 404, description = "The caller is not signed in on such a device"),
    ),
)]
#[delete("/auth/sessions/{id}")]
pub(crate) async fn sign_out_device(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let device = DeviceId::new(id);
    if !services.accounts.sign_out(&caller, device).await? {
        return Err(ApiError::not_found("Device"));
    }
    services.authenticator.forget(device);
    Ok(HttpResponse::NoContent().finish())
}
