//! `GET /enrolled-courses/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::CourseId;
use astegni_domain::schedule::CourseFacts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, PathId, resource};
use crate::services::Services;

/// A course: the sessions of one accepted request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CourseBody {
    id: i64,
    request_id: i64,
    /// User who teaches the course.
    tutor_user_id: i64,
    /// User who attends the course.
    student_user_id: i64,
    /// Id of the student profile.
    student_id: i64,
    /// IANA name of the zone of the wall-clock times of its sessions.
    time_zone: &'static str,
    /// Number of sessions of the package; null if it is not limited.
    sessions_included: Option<u16>,
    /// Number of sessions that were booked, without those that were cancelled in time.
    sessions_used: i64,
    /// Number of sessions that were cancelled in time.
    sessions_credited: i64,
    /// Number of sessions that can still be booked; null if it is not limited.
    sessions_remaining: Option<i64>,
}

impl From<CourseFacts> for CourseBody {
    fn from(course: CourseFacts) -> Self {
        Self {
            id: course.course.get(),
            request_id: course.request.get(),
            tutor_user_id: course.parties.tutor.get(),
            student_user_id: course.parties.student.get(),
            student_id: course.student.get(),
            time_zone: course.time_zone.name(),
            sessions_included: course.package.included,
            sessions_used: course.package.used,
            sessions_credited: course.package.credited,
            sessions_remaining: course.package.remaining(),
        }
    }
}

/// Get a course
///
/// Returns a course that the caller teaches or attends, or that one of the caller's children attends, with the number of
/// sessions that its package still allows. It is hidden from all other users.
#[utoipa::path(
    tag = "schedule",
    params(
        ("id" = i64, Path, description = "Id of the course, `enrolled_courses_id` of its sessions"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The course, with an `ETag`", body = CourseBody),
        (status = 304, description = "The course has not changed"),
        (status = 404, description = "The caller has no course with this id"),
    ),
)]
#[get("/enrolled-courses/{id}")]
pub(crate) async fn get_course(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let course = services.sessions.find_course(&caller, CourseId::new(id)).await?;
    resource(&request, &CourseBody::from(course))
}
