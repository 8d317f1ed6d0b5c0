//! `GET /student/guardians` and `PUT /student/guardians/{id}`

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use astegni_domain::families::{Guardian, GuardianStep};
use astegni_domain::ids::GuardianshipId;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::GuardianBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, ClientDevice, Parse, PathId};
use crate::services::Services;

/// Your guardians.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GuardiansBody {
    guardians: Vec<GuardianBody>,
    total: usize,
}

fn body(guardians: Vec<Guardian>) -> Json<GuardiansBody> {
    let guardians: Vec<_> = guardians.into_iter().map(GuardianBody::from).collect();
    Json(GuardiansBody { total: guardians.len(), guardians })
}

/// Your guardians
#[utoipa::path(
    tag = "families",
    responses(
        (status = 200, description = "Past ones too, the newest first", body = GuardiansBody),
        (status = 403, description = "You are no student"),
    ),
)]
#[get("/student/guardians")]
pub(crate) async fn list_guardians(services: Data<Services>, caller: Caller) -> Result<Json<GuardiansBody>, ApiError> {
    Ok(body(services.families.guardians(&caller).await?))
}

/// What you say to somebody who would act for you.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerGuardianBody {
    /// `accepted`, `rejected`, or `ended`.
    #[schema(required = true, nullable = false, example = "accepted")]
    status: Option<String>,
}

impl Parse for AnswerGuardianBody {
    type Command = GuardianStep;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<GuardianStep> {
        violations.require("status", self.status, |status| match status.as_str() {
            "accepted" | "active" => Ok(GuardianStep::Accept),
            "rejected" => Ok(GuardianStep::Reject),
            "ended" => Ok(GuardianStep::End),
            _ => Err(Invalid::new("unknown_status", "must be accepted, rejected or ended")),
        })
    }
}

/// Accept, reject or end a guardianship over you
#[utoipa::path(
    tag = "families",
    request_body = AnswerGuardianBody,
    params(("id" = i64, Path, description = "The guardianship")),
    responses(
        (status = 200, description = "Your guardians as they are now", body = GuardiansBody),
        (status = 403, description = "You are no student"),
        (status = 404, description = "No such guardianship over you"),
        (status = 409, description = "It was answered or ended already"),
    ),
)]
#[put("/student/guardians/{id}")]
pub(crate) async fn answer_guardian(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    PathId(id): PathId,
    Body(step): Body<AnswerGuardianBody>,
) -> Result<Json<GuardiansBody>, ApiError> {
    Ok(body(services.families.answer(&caller, GuardianshipId::new(id), step, device.ip_address).await?))
}
