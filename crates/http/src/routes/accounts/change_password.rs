//! `POST /auth/change-password`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::Password;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::DoneBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// The password you have and the one you want.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordBody {
    #[schema(required = true, nullable = false)]
    current_password: Option<String>,
    /// 8 to 128 characters, none of the common ones.
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
/// Every other device is signed out.
#[utoipa::path(
    tag = "accounts",
    request_body = ChangePasswordBody,
    responses(
        (status = 200, description = "Changed", body = DoneBody),
        (status = 400, description = "The current password is not yours"),
    ),
)]
#[post("/auth/change-password")]
pub(crate) async fn change_password(
    services: Data<Services>,
    caller: Caller,
    Body((current, new)): Body<ChangePasswordBody>,
) -> Result<Json<DoneBody>, ApiError> {
    services.accounts.change_password(&caller, current, new).await?;
    services.gate.forget_all();
    Ok(Json(DoneBody { message: "Password changed successfully", success: true }))
}
