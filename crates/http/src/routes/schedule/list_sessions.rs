//! `GET /sessions`, and the same by role: `/tutor/sessions`, `/student/my-sessions`, `/parent/sessions`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::page::PageRequest;
use astegni_domain::schedule::{Perspective, SessionFilter, SessionStatus, parse_date};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Datelike, NaiveTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::SessionBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Parse, Query, list};
use crate::services::Services;

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionsQuery {
    /// Those that end after this instant (RFC 3339), or on or after this UTC date.
    from: Option<String>,
    /// Those that start before this instant (RFC 3339), or before this UTC date.
    to: Option<String>,
    /// `scheduled`, `in_progress`, `completed`, `cancelled`, `no_show`, or `all` (the default).
    status: Option<String>,
    /// In which capacity: `tutor`, `student`, `parent`; all of them unless given.
    #[serde(rename = "as")]
    #[param(rename = "as")]
    capacity: Option<String>,
    /// How many rows, 1 to 100. Left out: the first 100.
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Where the page begins, from the `Link` header of the page before.
    cursor: Option<String>,
}

impl Parse for SessionsQuery {
    type Command = (SessionFilter, PageRequest);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let named = self.status.filter(|status| !matches!(status.as_str(), "all" | ""));
        let status = violations.check_some("status", named, |status| {
            // The old platform wrote one of them with a dash.
            let reason = "must be scheduled, in_progress, completed, cancelled, no_show or all";
            let word = status.replace('-', "_");
            word.parse::<SessionStatus>().map_err(|_| Invalid::new("unknown_status", reason))
        });
        let perspective = violations.check_some("as", self.capacity, |word| match word.as_str() {
            "tutor" => Ok(Perspective::Tutor),
            "student" => Ok(Perspective::Student),
            "parent" => Ok(Perspective::Parent),
            _ => Err(Invalid::new("unknown_capacity", "must be tutor, student or parent")),
        });
        let filter = SessionFilter {
            perspective: perspective.unwrap_or(Perspective::Any),
            from: violations.check_some("from", self.from, |input| instant(&input)),
            to: violations.check_some("to", self.to, |input| instant(&input)),
            status,
            student: None,
        };
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        Some((filter, page))
    }
}

fn instant(input: &str) -> Result<DateTime<Utc>, Invalid> {
    let date = || parse_date(input).map(|date| date.and_time(NaiveTime::MIN).and_utc());
    DateTime::parse_from_rfc3339(input)
        .map(|instant| instant.to_utc())
        .ok()
        .filter(|instant| (1900..2200).contains(&instant.year()))
        .or_else(|| date().ok())
        .ok_or_else(|| Invalid::new("invalid_instant", "must be an RFC 3339 instant or a date YYYY-MM-DD"))
}

async fn respond(
    request: &HttpRequest,
    services: &Services,
    caller: &Caller,
    filter: SessionFilter,
    page: PageRequest,
) -> Result<HttpResponse, ApiError> {
    let page = services.schedule.list(caller, filter, page).await?;
    Ok(list(request, page, SessionBody::from))
}

/// Your sessions
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "Ascending by start", body = [SessionBody])),
)]
#[get("/sessions")]
pub(crate) async fn list_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((filter, page)): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, filter, page).await
}

/// The sessions you teach
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "Ascending by start", body = [SessionBody])),
)]
#[get("/tutor/sessions")]
pub(crate) async fn tutor_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((filter, page)): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, SessionFilter { perspective: Perspective::Tutor, ..filter }, page).await
}

/// The sessions you learn in
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "Ascending by start", body = [SessionBody])),
)]
#[get("/student/my-sessions")]
pub(crate) async fn student_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((filter, page)): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, SessionFilter { perspective: Perspective::Student, ..filter }, page).await
}

/// The sessions your children learn in
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery),
    responses((status = 200, description = "Ascending by start", body = [SessionBody])),
)]
#[get("/parent/sessions")]
pub(crate) async fn parent_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query((filter, page)): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    respond(&request, &services, &caller, SessionFilter { perspective: Perspective::Parent, ..filter }, page).await
}
