//! `GET /student/guardians` and `PUT /student/guardians/{id}`

use actix_web::http::header::LINK;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, put};
use astegni_domain::families::{Guardian, GuardianshipTransition};
use astegni_domain::ids::GuardianshipId;
use astegni_domain::page::Page;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Body, Caller, ClientDevice, PagingQuery, Parse, PathId, Query, next_link};
use crate::services::Services;
use crate::wire;

/// A guardian of the caller, an invitation, or a past guardian.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct GuardianBody {
    /// Id of the guardianship, for `PUT /student/guardians/{id}`.
    id: i64,
    parent_user_id: i64,
    parent_name: String,
    /// `invited`, `active`, `rejected` or `ended`.
    status: &'static str,
    /// `created` if the parent created the caller's account, otherwise `invited`.
    origin: &'static str,
    /// RFC 3339 instant in UTC of the creation of the guardianship or invitation.
    created_at: String,
    /// RFC 3339 instant in UTC of the student's answer, null before.
    responded_at: Option<String>,
    /// RFC 3339 instant in UTC of the end of the guardianship, null before.
    ended_at: Option<String>,
}

impl From<Guardian> for GuardianBody {
    fn from(guardian: Guardian) -> Self {
        Self {
            id: guardian.guardianship.id.get(),
            parent_user_id: guardian.guardianship.parent.get(),
            parent_name: guardian.name,
            status: guardian.guardianship.status.as_str(),
            origin: guardian.origin.as_str(),
            created_at: wire::instant(guardian.created_at),
            responded_at: guardian.responded_at.map(wire::instant),
            ended_at: guardian.ended_at.map(wire::instant),
        }
    }
}

/// A page of the caller's guardians.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GuardiansBody {
    guardians: Vec<GuardianBody>,
    /// Number of guardianships on all pages.
    total: i64,
}

impl From<(Page<Guardian>, i64)> for GuardiansBody {
    fn from((page, total): (Page<Guardian>, i64)) -> Self {
        Self { guardians: page.items.into_iter().map(GuardianBody::from).collect(), total }
    }
}

/// List your guardians
///
/// Returns the caller's active guardians, then invitations, then past guardians, newest first within each group. Only
/// students have guardians.
#[utoipa::path(
    tag = "families",
    params(PagingQuery),
    responses(
        (status = 200, description = "A page of guardians; the `Link` header leads to the next page", body = GuardiansBody),
        (status = 403, description = "The caller is not a student"),
    ),
)]
#[get("/student/guardians")]
pub(crate) async fn list_guardians(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let (page, total) = services.families.guardians(&caller, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    Ok(response.json(GuardiansBody::from((page, total))))
}

/// The caller's decision about a guardianship.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateGuardianshipBody {
    /// `accepted`, `rejected` or `ended`.
    #[schema(required = true, nullable = false, example = "accepted")]
    status: Option<String>,
}

impl Parse for UpdateGuardianshipBody {
    type Command = GuardianshipTransition;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<GuardianshipTransition> {
        violations.require("status", self.status, |status| match status.as_str() {
            "accepted" | "active" => Ok(GuardianshipTransition::Accept),
            "rejected" => Ok(GuardianshipTransition::Reject),
            "ended" => Ok(GuardianshipTransition::End),
            _ => Err(Invalid::new("unknown_status", "must be accepted, rejected or ended")),
        })
    }
}

/// Update one of your guardianships
///
/// Accepts or rejects an invitation, or ends an active guardianship. At its end, the pending session requests that
/// the guardian sent for the caller expire. Returns the first page of the caller's guardians.
/// Only the student of a guardianship can update it.
#[utoipa::path(
    tag = "families",
    request_body = UpdateGuardianshipBody,
    params(("id" = i64, Path, description = "Id of the guardianship")),
    responses(
        (status = 200, description = "The caller's guardians after the change", body = GuardiansBody),
        (status = 403, description = "The caller is not a student"),
        (status = 404, description = "The caller has no such guardianship"),
        (status = 409, description = "The guardianship was already answered or ended"),
    ),
)]
#[put("/student/guardians/{id}")]
pub(crate) async fn update_guardianship(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    PathId(id): PathId,
    Body(transition): Body<UpdateGuardianshipBody>,
) -> Result<Json<GuardiansBody>, ApiError> {
    let id = GuardianshipId::new(id);
    Ok(Json(services.families.answer(&caller, id, transition, device.ip_address).await?.into()))
}
