//! `GET /tutor/student-sessions/{student_id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::StudentId;
use astegni_domain::schedule::SessionTally;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::SessionBody;
use super::list_sessions::SessionsQuery;
use crate::error::ApiError;
use crate::extract::{Caller, PathId, Query, next_link};
use crate::services::Services;

/// What all sessions with a student come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TallyBody {
    total: i64,
    completed: i64,
    scheduled: i64,
    in_progress: i64,
    cancelled: i64,
    /// How long those that were held lasted together, in hours.
    total_hours: f64,
}

impl From<SessionTally> for TallyBody {
    fn from(tally: SessionTally) -> Self {
        // A thousand years of minutes fit; a count of hours need not be exact beyond that.
        let minutes = f64::from(i32::try_from(tally.minutes_held).unwrap_or(i32::MAX));
        Self {
            total: tally.total,
            completed: tally.completed,
            scheduled: tally.scheduled,
            in_progress: tally.in_progress,
            cancelled: tally.cancelled,
            total_hours: (minutes / 60.0 * 100.0).round() / 100.0,
        }
    }
}

/// The sessions with a student.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudentSessionsBody {
    sessions: Vec<SessionBody>,
    stats: TallyBody,
}

/// Your sessions with one student
#[utoipa::path(
    tag = "schedule",
    params(SessionsQuery, ("student_id" = i64, Path, description = "The student profile")),
    responses(
        (status = 200, description = "Ascending by start, with what all of them come to", body = StudentSessionsBody),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[get("/tutor/student-sessions/{student_id}")]
pub(crate) async fn student_sessions(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Query((filter, page)): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let (page, tally) = services.schedule.with_student(&caller, StudentId::new(id), filter.status, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header(("Link", link));
    }
    let sessions = page.items.into_iter().map(SessionBody::from).collect();
    Ok(response.json(StudentSessionsBody { sessions, stats: tally.into() }))
}
