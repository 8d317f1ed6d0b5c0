//! `PATCH /auth/me`

use actix_web::patch;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::ProfileChanges;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::UserBody;
use super::person::PersonFields;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse};
use crate::services::Services;

/// Fields to change. Fields that are left out keep their values.
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

/// Update your account
///
/// Changes the fields of the caller's account that are sent. An account that becomes public accepts its pending follows,
/// the oldest first. Where they are many, this continues after the response, and ends if the account becomes private again.
#[utoipa::path(
    tag = "accounts",
    request_body = UpdateMeBody,
    responses((status = 200, description = "The updated account", body = UserBody)),
)]
#[patch("/auth/me")]
pub(crate) async fn update_account(
    services: Data<Services>,
    caller: Caller,
    Body(changes): Body<UpdateMeBody>,
) -> Result<Json<UserBody>, ApiError> {
    let goes_public = changes.is_private == Some(false);
    let user = services.accounts.update(caller.user_id, changes).await;
    if goes_public {
        services.follow_acceptor.wake();
    }
    Ok(Json(UserBody::from(&user?)))
}
