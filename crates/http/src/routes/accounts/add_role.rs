//! `POST /add-role`

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

/// A role to add, confirmed with the caller's password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddRoleBody {
    /// `student`, `tutor` or `parent`.
    #[schema(required = true, nullable = false, example = "tutor")]
    new_role: Option<String>,
    /// The caller's password.
    #[schema(required = true, nullable = false)]
    password: Option<String>,
}

impl Parse for AddRoleBody {
    type Command = (Role, String);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let role = violations.require("new_role", self.new_role, |input| Role::parse_choice(&input));
        let password = violations.require("password", self.password, Ok);
        Some((role?, password?))
    }
}

/// Add a role
///
/// Adds a role to the caller's account, creates its profile, makes the role active and returns tokens for it. Earlier refresh tokens of the device
/// stay valid.
#[utoipa::path(
    tag = "accounts",
    request_body = AddRoleBody,
    responses(
        (status = 200, description = "Tokens for the new role", body = RoleChangedBody),
        (status = 400, description = "The caller already has the role, or the password is wrong"),
    ),
)]
#[post("/add-role")]
pub(crate) async fn add_role(
    services: Data<Services>,
    caller: Caller,
    Body((role, password)): Body<AddRoleBody>,
) -> Result<Json<RoleChangedBody>, ApiError> {
    let signed_in = services.accounts.add_role(&caller, role, password).await?;
    let message = format!("Successfully added {} role", role.as_str());
    Ok(Json(RoleChangedBody::new(message, signed_in)))
}
