//! `POST /auth/login`

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Data, Json};
use actix_web::{FromRequest, HttpRequest, post};
use astegni_domain::accounts::EmailAddress;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokenBody;
use crate::error::ApiError;
use crate::extract::{ClientDevice, Parse, media_type, parse_form, parse_json, read_body, received_at, require_json};
use crate::services::Services;

/// An e-mail address and a password: JSON, or the form of OAuth 2 (RFC 6749, section 4.3.2), in which the
/// address is called `username`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[schema(example = "abebe@example.com")]
    email: Option<String>,
    /// Stands for `email` in the form.
    username: Option<String>,
    #[schema(required = true, nullable = false, example = "Test1234")]
    password: Option<String>,
}

/// What was typed. An address that cannot be one belongs to no account, which is all that a caller learns.
pub(crate) struct Credentials {
    email: Option<EmailAddress>,
    password: String,
}

impl Parse for LoginBody {
    type Command = Credentials;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Credentials> {
        let email = violations.require("email", self.email.or(self.username), Ok);
        let password = violations.require("password", self.password, Ok);
        Some(Credentials { email: EmailAddress::parse(&email?).ok(), password: password? })
    }
}

impl FromRequest for Credentials {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request);
        let now = received_at(request);
        let body = read_body(request, payload);
        Box::pin(async move {
            let (now, body) = (now?, body.await?);
            if media_type == "application/x-www-form-urlencoded" {
                return parse_form::<LoginBody>(&body, now);
            }
            require_json(&media_type)?;
            parse_json::<LoginBody>(&body, now)
        })
    }
}

/// Log in
///
/// The answer and the time it takes are the same whether the account exists or not.
#[utoipa::path(
    tag = "accounts",
    request_body(content(
        (LoginBody = "application/json"),
        (LoginBody = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "Tokens for this device", body = TokenBody),
        (status = 401, description = "Invalid email or password"),
    ),
    security(()),
)]
#[post("/auth/login")]
pub(crate) async fn login(
    services: Data<Services>,
    ClientDevice(device): ClientDevice,
    credentials: Credentials,
) -> Result<Json<TokenBody>, ApiError> {
    let signed_in = services.accounts.login(credentials.email, credentials.password, device).await?;
    Ok(Json(signed_in.into()))
}
