//! `POST /auth/register`

use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use astegni_domain::accounts::{EmailAddress, Password, Registration, Role, Username};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{PersonFields, TokenBody};
use crate::error::ApiError;
use crate::extract::{Body, ClientDevice, Parse};
use crate::services::Services;

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterBody {
    #[schema(required = true, nullable = false, example = "abebe@example.com")]
    email: Option<String>,
    /// 8 to 128 characters, none of the common ones.
    #[schema(required = true, nullable = false, example = "Test1234")]
    password: Option<String>,
    /// The same again, if sent.
    confirm_password: Option<String>,
    /// 3 to 50 letters, digits, dots, dashes and underscores.
    username: Option<String>,
    /// `student`, `tutor` or `parent`.
    role: Option<String>,
    /// Several of them; the first is active.
    roles: Option<Vec<String>>,
    #[serde(flatten)]
    person: PersonFields,
}

impl Parse for RegisterBody {
    type Command = Registration;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Registration> {
        let email = violations.require("email", self.email, |input| EmailAddress::parse(&input));
        if self.confirm_password.is_some() && self.confirm_password != self.password {
            violations.add("confirm_password", Invalid::new("mismatch", "must be the same as password"));
        }
        let password = violations.require("password", self.password, |input| Password::parse(&input));
        let username = violations.check_some("username", self.username, |input| Username::parse(&input));
        let several = self.roles.unwrap_or_default();
        let mut roles: Vec<Role> = Vec::new();
        if several.len() > 10 {
            violations.add("roles", Invalid::new("too_many", "must have at most 10 entries"));
        }
        let single = self.role.map(|role| ("role".to_owned(), role));
        let several = several.into_iter().take(10).enumerate();
        for (field, role) in single.into_iter().chain(several.map(|(place, role)| (format!("roles.{place}"), role))) {
            if let Some(role) = violations.check(field, Role::parse_takeable(&role))
                && !roles.contains(&role)
            {
                roles.push(role);
            }
        }
        let profile = self.person.parse(now, violations);
        Some(Registration { email: email?, password: password?, username, profile, roles })
    }
}

/// Make an account
///
/// Each role makes its profile. The device that asks is signed in at once.
#[utoipa::path(
    tag = "accounts",
    request_body = RegisterBody,
    responses(
        (status = 201, description = "The account and its first tokens", body = TokenBody),
        (status = 409, description = "The e-mail address or the username is taken"),
    ),
    security(()),
)]
#[post("/auth/register")]
pub(crate) async fn register(
    services: Data<Services>,
    ClientDevice(device): ClientDevice,
    Body(registration): Body<RegisterBody>,
) -> Result<HttpResponse, ApiError> {
    let signed_in = services.accounts.register(registration, device).await?;
    let location = HeaderValue::from_static("/api/v1/auth/me");
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(TokenBody::from(signed_in)))
}
