//! `POST /switch-role`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::Role;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::RoleChangedBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// A role to act in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SwitchRoleBody {
    /// `student`, `tutor`, `parent` or `admin`.
    #[schema(required = true, nullable = false, example = "tutor")]
    role: Option<String>,
}

impl Parse for SwitchRoleBody {
    type Command = Role;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Role> {
        violations.require("role", self.role, |input| Role::parse(&input))
    }
}

/// Switch your active role
///
/// Makes one of the caller's roles active and returns tokens for it. Earlier refresh tokens of the device stay valid.
#[utoipa::path(
    tag = "accounts",
    request_body = SwitchRoleBody,
    responses(
        (status = 200, description = "Tokens for the role", body = RoleChangedBody),
        (status = 400, description = "The caller does not have the role"),
    ),
)]
#[post("/switch-role")]
pub(crate) async fn switch_role(
    services: Data<Services>,
    caller: Caller,
    Body(role): Body<SwitchRoleBody>,
) -> Result<Json<RoleChangedBody>, ApiError> {
    let signed_in = services.accounts.switch_role(&caller, role).await?;
    let message = format!("Successfully switched to {} role", role.as_str());
    Ok(Json(RoleChangedBody::new(message, signed_in)))
}
