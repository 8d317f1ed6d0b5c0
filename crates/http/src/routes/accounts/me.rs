//! `GET /auth/me`

use actix_web::get;
use actix_web::web::{Data, Json};

use super::body::UserBody;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// Get your account
///
/// Returns the caller's account with its roles and profiles.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The caller's account", body = UserBody)),
)]
#[get("/auth/me")]
pub(crate) async fn get_account(services: Data<Services>, caller: Caller) -> Result<Json<UserBody>, ApiError> {
    Ok(Json(UserBody::from(&services.accounts.me(caller.user_id).await?)))
}
