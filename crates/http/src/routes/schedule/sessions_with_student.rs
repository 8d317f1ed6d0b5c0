//! `GET /tutor/student-sessions/{student_id}`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::StudentId;
use astegni_domain::schedule::{SessionTally, StudentSessions};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::SessionBody;
use super::query::{SessionList, SessionsQuery};
use crate::error::ApiError;
use crate::extract::{Caller, PathId, Query, next_link};
use crate::services::Services;

/// The number of sessions with a student by status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TallyBody {
    total: i64,
    completed: i64,
    scheduled: i64,
    in_progress: i64,
    cancelled: i64,
    /// Duration of the completed sessions in hours, rounded to two decimals.
    total_hours: f64,
}

impl From<SessionTally> for TallyBody {
    fn from(tally: SessionTally) -> Self {
        let hundredths = i32::try_from(tally.hundredths_of_hours_held()).unwrap_or(i32::MAX);
        Self {
            total: tally.total,
            completed: tally.completed,
            scheduled: tally.scheduled,
            in_progress: tally.in_progress,
            cancelled: tally.cancelled,
            total_hours: f64::from(hundredths) / 100.0,
        }
    }
}

/// The sessions with a student.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudentSessionsBody {
    /// One page of sessions, ascending by start.
    sessions: Vec<SessionBody>,
    /// All sessions with the student, whatever the query parameters.
    stats: TallyBody,
}

/// List your sessions with a student
///
/// Returns the sessions that the caller teaches one student, ascending by start. The list is empty for a student whom the
/// caller does not teach. Only tutors can list sessions with a student.
#[utoipa::path(
    tag = "schedule",
    params(("student_id" = i64, Path, description = "Id of the student profile"), SessionsQuery),
    responses(
        (status = 200, description = "The sessions; the `Link` header refers to the next page", body = StudentSessionsBody),
        (status = 403, description = "Only tutors can list sessions with a student"),
    ),
)]
#[get("/tutor/student-sessions/{student_id}")]
pub(crate) async fn list_sessions_with_student(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Query(SessionList { wanted, page }): Query<SessionsQuery>,
) -> Result<HttpResponse, ApiError> {
    let StudentSessions { page, tally } =
        services.schedule.list_with_student(&caller, StudentId::new(id), wanted, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    let (viewer, now) = (caller.user_id, services.clock.now());
    let sessions = page.items.into_iter().map(|session| SessionBody::new(session, viewer, now)).collect();
    Ok(response.json(StudentSessionsBody { sessions, stats: tally.into() }))
}
