//! `GET /parent/children`, `POST /parent/children` and `DELETE /parent/children/{student_id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, post};
use astegni_domain::accounts::{EmailAddress, birth_date};
use astegni_domain::families::ChildRegistration;
use astegni_domain::ids::StudentId;
use astegni_domain::schedule::parse_date;
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::ChildBody;
use crate::error::ApiError;
use crate::extract::{Body, Caller, ClientDevice, Parse, PathId};
use crate::services::Services;

/// A child to make an account for (`first_name` and the rest), or a student to ask (`email`).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddChildBody {
    first_name: Option<String>,
    last_name: Option<String>,
    grade_level: Option<String>,
    /// Civil date.
    date_of_birth: Option<String>,
    /// Of a student who has an account.
    email: Option<String>,
}

/// A parsed [`AddChildBody`].
pub(crate) enum AddChild {
    Create(ChildRegistration),
    Invite(EmailAddress),
}

impl Parse for AddChildBody {
    type Command = AddChild;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<AddChild> {
        let line = |input: String| text::line(&input, 100);
        let today = now.date_naive();
        let last_name = violations.check_some("last_name", self.last_name, line);
        let grade_level = violations.check_some("grade_level", self.grade_level, line);
        let date_of_birth =
            violations.check_some("date_of_birth", self.date_of_birth, |input| birth_date(parse_date(&input)?, today));
        let first_name = violations.check_some("first_name", self.first_name.clone(), line);
        if let Some(email) = self.email {
            let email = violations.check("email", EmailAddress::parse(&email));
            if self.first_name.is_some() {
                let reason = Invalid::new("ambiguous", "must be left out where a student is asked by email");
                violations.add("first_name", reason);
            }
            return email.map(AddChild::Invite);
        }
        if self.first_name.is_none() {
            violations.add("first_name", Invalid::new("required", "is required, or email to ask a student"));
        }
        Some(AddChild::Create(ChildRegistration { first_name: first_name?, last_name, grade_level, date_of_birth }))
    }
}

/// Your children.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChildrenBody {
    children: Vec<ChildBody>,
    total: usize,
}

/// Your children
#[utoipa::path(
    tag = "families",
    responses(
        (status = 200, description = "In your care, or asked; the newest first", body = ChildrenBody),
        (status = 403, description = "You are no parent"),
    ),
)]
#[get("/parent/children")]
pub(crate) async fn list_children(services: Data<Services>, caller: Caller) -> Result<Json<ChildrenBody>, ApiError> {
    let children: Vec<_> = services.families.children(&caller).await?.into_iter().map(ChildBody::from).collect();
    Ok(Json(ChildrenBody { total: children.len(), children }))
}

/// Add a child
///
/// With a name: makes an account without a login, which is in your care at once. With an e-mail address: asks a
/// student who has an account.
#[utoipa::path(
    tag = "families",
    request_body = AddChildBody,
    responses(
        (status = 201, description = "The child", body = ChildBody),
        (status = 403, description = "You are no parent"),
        (status = 404, description = "No such student"),
        (status = 409, description = "In your care, or asked, already"),
    ),
)]
#[post("/parent/children")]
pub(crate) async fn add_child(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    Body(child): Body<AddChildBody>,
) -> Result<HttpResponse, ApiError> {
    let child = match child {
        AddChild::Create(child) => services.families.create_child(&caller, child, device.ip_address).await?,
        AddChild::Invite(email) => services.families.invite(&caller, email).await?,
    };
    Ok(HttpResponse::Created().json(ChildBody::from(child)))
}

/// Let a child go, or take an invitation back
#[utoipa::path(
    tag = "families",
    params(("student_id" = i64, Path, description = "The student profile")),
    responses(
        (status = 204, description = "You no longer act for them"),
        (status = 403, description = "You are no parent"),
        (status = 404, description = "No such child of yours"),
    ),
)]
#[delete("/parent/children/{student_id}")]
pub(crate) async fn release_child(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.families.release(&caller, StudentId::new(id), device.ip_address).await?;
    Ok(HttpResponse::NoContent().finish())
}
