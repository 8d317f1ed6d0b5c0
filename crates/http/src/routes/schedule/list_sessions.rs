//! `GET /sessions`, and the same by capacity: `/tutor/sessions`, `/student/my-sessions`, `/parent/sessions`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::schedule::{ListedSessions, Perspective};

use super::body::SessionBody;
use super::query::{AnySessionsQuery, PerspectiveQuery, SessionList, SessionsQuery};
use crate::error::ApiError;
use crate::extract::{Caller, Query, list};
use crate::services::Services;

async fn respond(
    request: &HttpRequest,
    services: &Services,
    caller: &Caller,
    SessionList { wanted, page }: SessionList,
) -> Result<HttpResponse, ApiError> {
    let page = services.schedule.list(caller, wanted, page).await?;
    let (viewer, now) = (caller.user_id, services.clock.now());
    Ok(list(request, page, |session| SessionBody::new(session, viewer, now)))
}

fn seen_as(perspective: Perspective, SessionList { wanted, page }: SessionList) -> SessionList {
    SessionList { wanted: ListedSessions { perspective, ..wanted }, page }
}

/// List your sessions
///
/// Returns the sessions that the caller teaches or attends, and those of the caller's children, ascending by start.
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery, PerspectiveQuery),
    responses((status = 200, description = "The sessions; the `Link` header refers to the next page", body = [SessionBody])),
)]
#[get("/sessions")]
pub(crate) async fn list_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(wanted): Query<AnySessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, wanted).await
}

/// List your sessions as a tutor
///
/// Returns the sessions that the caller teaches, ascending by start. The list is empty for callers who are not tutors.
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "The sessions; the `Link` header refers to the next page", body = [SessionBody])),
)]
#[get("/tutor/sessions")]
pub(crate) async fn list_taught_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(wanted): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, seen_as(Perspective::Tutor, wanted)).await
}

/// List your sessions as a student
///
/// Returns the sessions that the caller attends, ascending by start. The list is empty for callers who are not students.
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "The sessions; the `Link` header refers to the next page", body = [SessionBody])),
)]
#[get("/student/my-sessions")]
pub(crate) async fn list_attended_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(wanted): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, seen_as(Perspective::Student, wanted)).await
}

/// List your children's sessions
///
/// Returns the sessions of students under the caller's active guardianship, ascending by start. The list is empty for
/// callers who have no children.
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "The sessions; the `Link` header refers to the next page", body = [SessionBody])),
)]
#[get("/parent/sessions")]
pub(crate) async fn list_sessions_of_children(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(wanted): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, seen_as(Perspective::Parent, wanted)).await
}
