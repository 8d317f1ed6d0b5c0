//! `GET /parent/children`, `POST /parent/children` and `DELETE /parent/children/{student_id}`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use astegni_domain::accounts::{EmailAddress, parse_birth_date, person_name};
use astegni_domain::families::{Child, ChildRegistration};
use astegni_domain::ids::{StudentId, UserId};
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Body, Caller, ClientDevice, PagingQuery, Parse, PathId, Query, next_link};
use crate::services::Services;
use crate::wire;

/// A child in the caller's care, or an invited student.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChildBody {
    /// Id of the student profile, for `requested_to_id` of session requests.
    id: i64,
    /// Null until the student accepts the invitation.
    user_id: Option<i64>,
    /// Null until the student accepts the invitation.
    name: Option<String>,
    /// Null if unset, or until the student accepts the invitation.
    grade_level: Option<String>,
    /// `invited` or `active`.
    status: &'static str,
    /// `created` for an account created by a parent, `invited` for an existing student.
    origin: &'static str,
    /// Whether the child can log in.
    has_login: bool,
    /// RFC 3339 instant in UTC of the creation of the guardianship or invitation.
    created_at: String,
}

impl From<Child> for ChildBody {
    fn from(child: Child) -> Self {
        Self {
            id: child.guardianship.student.get(),
            user_id: child.user_id.map(UserId::get),
            name: child.name,
            grade_level: child.grade_level,
            status: child.guardianship.status.as_str(),
            origin: child.origin.as_str(),
            has_login: child.has_login,
            created_at: wire::instant(child.created_at),
        }
    }
}

/// Either a child to create an account for (`first_name` and optional fields), or an existing student to invite
/// (`email` only).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddChildBody {
    /// Required unless `email` is given; at most 100 characters.
    first_name: Option<String>,
    /// At most 100 characters.
    last_name: Option<String>,
    /// At most 100 characters.
    grade_level: Option<String>,
    /// Civil date `YYYY-MM-DD`, not in the future.
    #[schema(format = Date)]
    date_of_birth: Option<String>,
    /// E-mail address of a student who has an account.
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
        let name = |input: String| person_name(&input);
        let last_name = violations.check_some("last_name", self.last_name, name);
        let grade_level = violations.check_some("grade_level", self.grade_level, |input| text::line(&input, 100));
        let date_of_birth =
            violations.check_some("date_of_birth", self.date_of_birth, |input| parse_birth_date(&input, now));
        let first_name = violations.check_some("first_name", self.first_name.clone(), name);
        if let Some(email) = self.email {
            let email = violations.check("email", EmailAddress::parse(&email));
            if self.first_name.is_some() {
                let reason = Invalid::new("ambiguous", "must be omitted when a student is invited by email");
                violations.add("first_name", reason);
            }
            return email.map(AddChild::Invite);
        }
        if self.first_name.is_none() {
            violations.add("first_name", Invalid::new("required", "is required unless a student is invited by email"));
        }
        Some(AddChild::Create(ChildRegistration { first_name: first_name?, last_name, grade_level, date_of_birth }))
    }
}

/// A page of the caller's children.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChildrenBody {
    children: Vec<ChildBody>,
    /// Number of children and invitations on all pages.
    total: i64,
}

/// List your children
///
/// Returns the caller's children and open invitations, newest first. Only parents have children.
#[utoipa::path(
    tag = "families",
    params(PagingQuery),
    responses(
        (status = 200, description = "A page of children; the `Link` header leads to the next page", body = ChildrenBody),
        (status = 403, description = "The caller is not a parent"),
    ),
)]
#[get("/parent/children")]
pub(crate) async fn list_children(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let (page, total) = services.families.children(&caller, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    Ok(response.json(ChildrenBody { children: page.items.into_iter().map(ChildBody::from).collect(), total }))
}

/// Add a child
///
/// With `first_name`, creates a private account without a login, which is in the caller's care immediately. With
/// `email`, invites a student who has an account; the student decides. A parent can have at most 20 children,
/// including pending invitations, and can invite the same student again 7 days after a rejection or an end.
#[utoipa::path(
    tag = "families",
    request_body = AddChildBody,
    responses(
        (status = 201, description = "Child created or student invited", body = ChildBody),
        (status = 400, description = "The address is the caller's own"),
        (status = 403, description = "The caller is not a parent, or has blocked the student"),
        (status = 404, description = "No student has this address"),
        (status = 409, description = "The student is already a child of the caller, or invited"),
        (status = 422, description = "Invalid fields, or too many children"),
        (status = 429, description = "An invitation of this student was rejected or ended less than 7 days ago"),
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
        AddChild::Invite(email) => services.families.invite(&caller, email, device.ip_address).await?,
    };
    Ok(HttpResponse::Created().json(ChildBody::from(child)))
}

/// Remove one of your children
///
/// Ends the caller's guardianship, or cancels the invitation. Pending session requests that the caller sent for the
/// child expire, and claim codes issued by the caller are revoked. The last guardian of a child without a login
/// cannot leave.
#[utoipa::path(
    tag = "families",
    params(("student_id" = i64, Path, description = "Id of the student profile")),
    responses(
        (status = 204, description = "Guardianship ended or invitation cancelled"),
        (status = 403, description = "The caller is not a parent"),
        (status = 404, description = "The caller has no such child"),
        (status = 409, description = "The caller is the last guardian of a child without a login"),
    ),
)]
#[delete("/parent/children/{student_id}")]
pub(crate) async fn remove_child(
    services: Data<Services>,
    caller: Caller,
    ClientDevice(device): ClientDevice,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    services.families.release(&caller, StudentId::new(id), device.ip_address).await?;
    Ok(HttpResponse::NoContent().finish())
}
