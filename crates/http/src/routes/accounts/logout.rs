//! `POST /auth/logout`

use actix_web::post;
use actix_web::web::{Data, Json};

use super::body::SuccessBody;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// Log out
///
/// Signs out the caller's device. Its tokens are rejected everywhere within five seconds.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The device was signed out", body = SuccessBody)),
)]
#[post("/auth/logout")]
pub(crate) async fn log_out(services: Data<Services>, caller: Caller) -> Result<Json<SuccessBody>, ApiError> {
    services.accounts.logout(&caller).await?;
    services.authenticator.forget(caller.device_id);
    Ok(Json(SuccessBody { message: "Successfully logged out", success: true }))
}
