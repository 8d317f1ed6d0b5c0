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

/// The role to take, confirmed with your password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddRoleBody {
    #[schema(required = true, nullable = false, example = "tutor")]
    new_role: Option<String>,
    #[schema(required = true, nullable = false)]
    password: Option<String>,
}

impl Parse for AddRoleBody {
    type Command = (Role, String);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let role = violations.require("new_role", self.new_role, |input| Role::parse_takeable(&input));
        let password = violations.require("password", self.password, Ok);
        Some((role?, password?))
    }
}

/// Take another role
///
/// Its profile is made, and it becomes the active one.
#[utoipa::path(
    tag = "accounts",
    request_body = AddRoleBody,
    responses(
        (status = 200, description = "Tokens that say so", body = RoleChangedBody),
        (status = 400, description = "You have the role, or the password is not yours"),
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
