//! `POST /auth/change-password`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::Password;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::SuccessBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// The current password and its replacement.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordBody {
    #[schema(required = true, nullable = false)]
    current_password: Option<String>,
    /// 8 to 128 characters; common passwords are rejected.
    #[schema(required = true, nullable = false)]
    new_password: Option<String>,
}

impl Parse for ChangePasswordBody {
    type Command = (String, Password);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let current = violations.require("current_password", self.current_password, Ok);
        let new = violations.require("new_password", self.new_password, |input| Password::parse(&input));
        Some((current?, new?))
    }
}

/// Change your password
///
/// Replaces the caller's password and signs out all other devices of the caller.
#[utoipa::path(
    tag = "accounts",
    request_body = ChangePasswordBody,
    responses(
        (status = 200, description = "The password was changed", body = SuccessBody),
        (status = 400, description = "The current password is incorrect"),
    ),
)]
#[post("/auth/change-password")]
pub(crate) async fn change_password(
    services: Data<Services>,
    caller: Caller,
    Body((current, new)): Body<ChangePasswordBody>,
) -> Result<Json<SuccessBody>, ApiError> {
    services.accounts.change_password(&caller, current, new).await?;
    services.authenticator.forget_all();
    Ok(Json(SuccessBody { message: "Password changed successfully", success: true }))
}
