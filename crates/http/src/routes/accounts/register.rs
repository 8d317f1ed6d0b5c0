//! `POST /auth/register`

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use astegni_domain::accounts::{EmailAddress, Password, Registration, Username, parse_roles};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokenBody;
use super::person::PersonFields;
use crate::error::ApiError;
use crate::extract::{Body, ClientDevice, Parse};
use crate::services::Services;

/// An account to create.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterBody {
    #[schema(required = true, nullable = false, example = "abebe@example.com")]
    email: Option<String>,
    /// 8 to 128 characters; common passwords are rejected.
    #[schema(required = true, nullable = false, example = "Test1234")]
    password: Option<String>,
    /// The same password again, if sent.
    confirm_password: Option<String>,
    /// 3 to 50 letters, digits, dots, dashes and underscores, unique in any case. Letters of different scripts must not
    /// be mixed.
    username: Option<String>,
    /// `student`, `tutor` or `parent`.
    role: Option<String>,
    /// Several roles; the first one is active.
    roles: Option<Vec<String>>,
    #[serde(flatten)]
    person: PersonFields,
}

impl Parse for RegisterBody {
    type Command = Registration;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Registration> {
        let email = violations.require("email", self.email, |input| EmailAddress::parse(&input));
        let confirmed = Password::confirm(self.password.as_deref(), self.confirm_password.as_deref());
        violations.check("confirm_password", confirmed);
        let password = violations.require("password", self.password, |input| Password::parse(&input));
        let username = violations.check_some("username", self.username, |input| Username::parse(&input));
        let roles = parse_roles(self.role.as_deref(), &self.roles.unwrap_or_default(), violations);
        let profile = self.person.parse(now, violations);
        Some(Registration { email: email?, password: password?, username, profile, roles })
    }
}

/// Register an account
///
/// Creates the account and a profile for each of its roles, and signs the caller in. An account may have no role.
/// No access token is required.
#[utoipa::path(
    tag = "accounts",
    request_body = RegisterBody,
    responses(
        (status = 201, description = "The account and its first tokens", body = TokenBody),
        (status = 409, description = "The e-mail address or username is taken"),
    ),
    security(()),
)]
#[post("/auth/register")]
pub(crate) async fn register_account(
    services: Data<Services>,
    ClientDevice(device): ClientDevice,
    Body(registration): Body<RegisterBody>,
) -> Result<HttpResponse, ApiError> {
    let signed_in = services.accounts.register(registration, device).await?;
    let location = HeaderValue::from_static("/api/v1/auth/me");
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(TokenBody::from(signed_in)))
}
