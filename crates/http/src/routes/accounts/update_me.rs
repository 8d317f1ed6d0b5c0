//! `PATCH /auth/me`

use actix_web::patch;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::ProfileChanges;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{PersonFields, UserBody};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// What to change; what is left out or null stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateMeBody {
    #[serde(flatten)]
    person: PersonFields,
}

impl Parse for UpdateMeBody {
    type Command = ProfileChanges;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<ProfileChanges> {
        Some(self.person.parse(now, violations))
    }
}

/// Change your account
#[utoipa::path(
    tag = "accounts",
    request_body = UpdateMeBody,
    responses((status = 200, description = "The account as it is now", body = UserBody)),
)]
#[patch("/auth/me")]
pub(crate) async fn update_me(
    services: Data<Services>,
    caller: Caller,
    Body(changes): Body<UpdateMeBody>,
) -> Result<Json<UserBody>, ApiError> {
    Ok(Json(UserBody::from(&services.accounts.update(caller.user_id, changes).await?)))
}
