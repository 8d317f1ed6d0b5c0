//! `GET /verify-token`

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::UserBody;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// The owner of a valid access token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerifiedBody {
    valid: bool,
    user: UserBody,
}

/// Verify an access token
///
/// Returns the account that the caller's token was issued to. An invalid token is rejected with 401.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The token is valid", body = VerifiedBody)),
)]
#[get("/verify-token")]
pub(crate) async fn verify_token(services: Data<Services>, caller: Caller) -> Result<Json<VerifiedBody>, ApiError> {
    let user = services.accounts.me(caller.user_id).await?;
    Ok(Json(VerifiedBody { valid: true, user: UserBody::from(&user) }))
}
