//! `POST /auth/logout`

use actix_web::post;
use actix_web::web::{Data, Json};

use super::body::DoneBody;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// Sign this device out
///
/// Its tokens are dead everywhere within five seconds.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "Signed out", body = DoneBody)),
)]
#[post("/auth/logout")]
pub(crate) async fn logout(services: Data<Services>, caller: Caller) -> Result<Json<DoneBody>, ApiError> {
    services.accounts.logout(&caller).await?;
    services.gate.forget(caller.device_id);
    Ok(Json(DoneBody { message: "Successfully logged out", success: true }))
}
