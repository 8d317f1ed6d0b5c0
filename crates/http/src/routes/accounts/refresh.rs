//! `POST /auth/refresh`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::RefreshError;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokenBody;
use super::oauth::{JsonOrForm, require_grant_type};
use crate::error::ApiError;
use crate::extract::Parse;
use crate::services::Services;

/// A refresh token to exchange.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshBody {
    #[schema(required = true, nullable = false)]
    refresh_token: Option<String>,
}

/// The refresh grant of OAuth 2 (RFC 6749, section 6).
#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshForm {
    /// The constant `refresh_token`.
    #[schema(required = true, nullable = false, example = "refresh_token")]
    grant_type: Option<String>,
    #[schema(required = true, nullable = false)]
    refresh_token: Option<String>,
}

impl Parse for RefreshBody {
    type Command = String;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<String> {
        violations.require("refresh_token", self.refresh_token, Ok)
    }
}

impl Parse for RefreshForm {
    type Command = String;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<String> {
        violations.require("grant_type", self.grant_type, |given| require_grant_type(&given, "refresh_token"));
        violations.require("refresh_token", self.refresh_token, Ok)
    }
}

/// Refresh tokens
///
/// Exchanges a refresh token for the next pair of tokens. Each token can be exchanged once; a repetition within ten
/// seconds returns the same successor, a later one signs out the device. The form variant follows OAuth 2's refresh
/// grant; its errors have the members `error` (a string) and `error_description` of RFC 6749, section 5.2. No access
/// token is required.
#[utoipa::path(
    tag = "accounts",
    request_body(content(
        (RefreshBody = "application/json"),
        (RefreshForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "The next pair of tokens", body = TokenBody),
        (status = 401, description = "Invalid, expired or reused refresh token"),
    ),
    security(()),
)]
#[post("/auth/refresh")]
pub(crate) async fn refresh_tokens(
    services: Data<Services>,
    body: JsonOrForm<String, RefreshBody, RefreshForm>,
) -> Result<Json<TokenBody>, ApiError> {
    let refreshed = services.accounts.refresh(&body.command).await;
    if matches!(refreshed, Err(RefreshError::Reused)) {
        services.authenticator.forget_all();
    }
    Ok(Json(refreshed.map_err(|error| body.format.error(error))?.into()))
}
