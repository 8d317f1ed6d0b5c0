//! `POST /auth/refresh`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokenBody;
use crate::error::ApiError;
use crate::extract::{Body, Parse};
use crate::services::Services;

/// The refresh token to exchange.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshBody {
    #[schema(required = true, nullable = false)]
    refresh_token: Option<String>,
}

impl Parse for RefreshBody {
    type Command = String;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<String> {
        violations.require("refresh_token", self.refresh_token, Ok)
    }
}

/// Exchange a refresh token
///
/// Each can be exchanged once; presenting it again within ten seconds gives the same successor, later it
/// signs the device out.
#[utoipa::path(
    tag = "accounts",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The next pair of tokens", body = TokenBody),
        (status = 401, description = "The token is not valid, or was used before"),
    ),
    security(()),
)]
#[post("/auth/refresh")]
pub(crate) async fn refresh(
    services: Data<Services>,
    Body(token): Body<RefreshBody>,
) -> Result<Json<TokenBody>, ApiError> {
    let refreshed = services.accounts.refresh(&token).await;
    if matches!(refreshed, Err(astegni_domain::accounts::RefreshError::Reused)) {
        services.gate.forget_all();
    }
    Ok(Json(refreshed?.into()))
}
