//! `GET /my-roles`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::Role;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::role_names;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::services::Services;

/// The caller's roles and the active one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RolesBody {
    user_roles: Vec<&'static str>,
    active_role: Option<&'static str>,
}

/// List your roles
///
/// Returns the caller's roles and the active one, which the access token is issued for.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "The roles and the active one", body = RolesBody)),
)]
#[get("/my-roles")]
pub(crate) async fn list_roles(services: Data<Services>, caller: Caller) -> Result<Json<RolesBody>, ApiError> {
    let user = services.accounts.me(caller.user_id).await?;
    let active_role = user.active_role.map(Role::as_str);
    Ok(Json(RolesBody { user_roles: role_names(&user.roles), active_role }))
}
