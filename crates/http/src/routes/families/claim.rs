//! `POST /parent/children/{student_id}/claim-code` and `POST /auth/claim`

use actix_web::post;
use actix_web::web::{Data, Json};
use astegni_domain::accounts::{EmailAddress, Password};
use astegni_domain::ids::StudentId;
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Body, Caller, ClientDevice, Parse, PathId};
use crate::routes::accounts::TokenBody;
use crate::services::Services;
use crate::wire;

/// A new claim code.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimCodeBody {
    /// The code to pass on to the child. It is not shown again.
    code: String,
    /// RFC 3339 instant in UTC at which the code expires.
    expires_at: String,
}

/// Create a claim code for your child
///
/// Returns a code with which a child who has no login can claim the account. It can be used once within 7 days,
/// replaces earlier codes, and is revoked at the end of the guardianship. Only guardians of
/// the child can create it.
#[utoipa::path(
    tag = "families",
    params(("student_id" = i64, Path, description = "Id of the student profile")),
    responses(
        (status = 200, description = "The new code", body = ClaimCodeBody),
        (status = 403, description = "The caller is not a parent"),
        (status = 404, description = "The caller has no such child"),
        (status = 409, description = "The child already has a login"),
    ),
)]
#[post("/parent/children/{student_id}/claim-code")]
pub(crate) async fn create_claim_code(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    PathId(id): PathId,
) -> Result<Json<ClaimCodeBody>, ApiError> {
    let issued = services.families.issue_claim_code(&caller, StudentId::new(id), device.ip_address).await?;
    Ok(Json(ClaimCodeBody { code: issued.code, expires_at: wire::instant(issued.expires_at) }))
}

/// A claim code and the new login of the account.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClaimBody {
    /// The code that a guardian passed on.
    #[schema(required = true, nullable = false)]
    code: Option<String>,
    /// E-mail address to log in with.
    #[schema(required = true, nullable = false)]
    email: Option<String>,
    /// 8 to 128 characters; common passwords are rejected.
    #[schema(required = true, nullable = false)]
    password: Option<String>,
}

impl Parse for ClaimBody {
    type Command = (String, EmailAddress, Password);

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let code = violations.require("code", self.code, Ok);
        let email = violations.require("email", self.email, |input| EmailAddress::parse(&input));
        let password = violations.require("password", self.password, |input| Password::parse(&input));
        Some((code?, email?, password?))
    }
}

/// Claim your account
///
/// Gives the account that a guardian created its own login, and signs the device in. All ids of the account stay the
/// same, and its guardianships continue. No access token is required; the code identifies the account.
#[utoipa::path(
    tag = "families",
    request_body = ClaimBody,
    responses(
        (status = 200, description = "The account and its first tokens", body = TokenBody),
        (status = 400, description = "The code is unknown, used, revoked or expired"),
        (status = 409, description = "The e-mail address is taken"),
    ),
    security(()),
)]
#[post("/auth/claim")]
pub(crate) async fn claim_account(
    services: Data<Services>,
    ClientDevice(device): ClientDevice,
    Body((code, email, password)): Body<ClaimBody>,
) -> Result<Json<TokenBody>, ApiError> {
    Ok(Json(services.families.claim(&code, email, password, device).await?.into()))
}
