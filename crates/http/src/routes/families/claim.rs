//! `POST /parent/children/{student_id}/claim-code` and `POST /auth/claim`: handing an account over

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

/// A code, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimCodeBody {
    code: String,
    /// Instant.
    expires_at: String,
}

/// Let a child take over the account that you made
///
/// Gives a code that is good once, for seven days, in the place of earlier ones.
#[utoipa::path(
    tag = "families",
    params(("student_id" = i64, Path, description = "The student profile")),
    responses(
        (status = 200, description = "The code", body = ClaimCodeBody),
        (status = 403, description = "You are no parent"),
        (status = 404, description = "No such child in your care"),
        (status = 409, description = "The child has a login"),
    ),
)]
#[post("/parent/children/{student_id}/claim-code")]
pub(crate) async fn make_claim_code(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<ClaimCodeBody>, ApiError> {
    let (code, expires_at) = services.families.claim_code(&caller, StudentId::new(id)).await?;
    Ok(Json(ClaimCodeBody { code, expires_at: wire::instant(expires_at) }))
}

/// A code, and the login to have from now on.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClaimBody {
    #[schema(required = true, nullable = false)]
    code: Option<String>,
    #[schema(required = true, nullable = false)]
    email: Option<String>,
    /// 8 to 128 characters, none of the common ones.
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

/// Take over the account that a guardian made for you
///
/// All ids stay what they were.
#[utoipa::path(
    tag = "families",
    request_body = ClaimBody,
    responses(
        (status = 200, description = "The account and its first tokens", body = TokenBody),
        (status = 400, description = "The code is not good"),
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
