//! `POST /auth/login`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::EmailAddress;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokenBody;
use super::oauth::{JsonOrForm, require_grant_type};
use crate::error::ApiError;
use crate::extract::{ClientDevice, Parse};
use crate::services::Services;

/// An e-mail address and a password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[schema(example = "abebe@example.com")]
    email: Option<String>,
    /// Alternative name of `email`.
    username: Option<String>,
    #[schema(required = true, nullable = false, example = "Test1234")]
    password: Option<String>,
}

/// The password grant of OAuth 2 (RFC 6749, section 4.3.2).
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginForm {
    /// `password`, if sent.
    grant_type: Option<String>,
    /// The e-mail address.
    #[schema(required = true, nullable = false, example = "abebe@example.com")]
    username: Option<String>,
    /// Alternative name of `username`.
    email: Option<String>,
    #[schema(required = true, nullable = false, example = "Test1234")]
    password: Option<String>,
}

/// Credentials as they were typed. A malformed address belongs to no account, and callers learn no more than that.
pub(crate) struct Credentials {
    email: Option<EmailAddress>,
    password: String,
}

fn credentials(email: Option<String>, password: Option<String>) -> Option<Credentials> {
    Some(Credentials { email: EmailAddress::parse(&email?).ok(), password: password? })
}

impl Parse for LoginBody {
    type Command = Credentials;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Credentials> {
        let email = violations.require("email", self.email.or(self.username), Ok);
        let password = violations.require("password", self.password, Ok);
        credentials(email, password)
    }
}

impl Parse for LoginForm {
    type Command = Credentials;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Credentials> {
        violations.check_some("grant_type", self.grant_type, |given| require_grant_type(&given, "password"));
        let email = violations.require("username", self.username.or(self.email), Ok);
        let password = violations.require("password", self.password, Ok);
        credentials(email, password)
    }
}

/// Log in
///
/// Signs the caller in on a new device. Response and response time do not reveal whether the account exists. The form
/// variant follows OAuth 2's password grant; its errors have the members `error` (a string) and `error_description` of
/// RFC 6749, section 5.2. No access token is required.
#[utoipa::path(
    tag = "accounts",
    request_body(content(
        (LoginBody = "application/json"),
        (LoginForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "Tokens for the new device", body = TokenBody),
        (status = 401, description = "Invalid email or password"),
    ),
    security(()),
)]
#[post("/auth/login")]
pub(crate) async fn log_in(
    services: Data<Services>,
    ClientDevice(device): ClientDevice,
    body: JsonOrForm<Credentials, LoginBody, LoginForm>,
) -> Result<Json<TokenBody>, ApiError> {
    let Credentials { email, password } = body.command;
    let signed_in = services.accounts.login(email, password, device).await;
    Ok(Json(signed_in.map_err(|error| body.format.error(error))?.into()))
}
