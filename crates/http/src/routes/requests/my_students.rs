//! `GET /session-requests/tutor/my-students`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::requests::EnrolledStudent;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, Query, list};
use crate::services::Services;
use crate::wire;

/// A student of yours, with the latest enrolment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudentBody {
    /// The latest enrolment.
    id: i64,
    /// The student profile.
    student_id: i64,
    student_user_id: i64,
    student_name: String,
    /// `N/A` where it is not known, as old clients expect.
    student_grade: String,
    profile_picture: Option<String>,
    /// `N/A` where there is none, as old clients expect.
    package_name: String,
    course_names: Vec<String>,
    contact_phone: Option<String>,
    contact_email: Option<String>,
    /// Instant.
    accepted_at: String,
    /// `student` or `parent`.
    requester_type: &'static str,
}

impl From<EnrolledStudent> for StudentBody {
    fn from(student: EnrolledStudent) -> Self {
        let missing = || "N/A".to_owned();
        Self {
            id: student.enrolment_id.get(),
            student_id: student.student_id.get(),
            student_user_id: student.student_user_id.get(),
            student_name: student.student_name,
            student_grade: student.student_grade.unwrap_or_else(missing),
            profile_picture: student.profile_picture,
            course_names: student.package_name.clone().into_iter().collect(),
            package_name: student.package_name.unwrap_or_else(missing),
            contact_phone: student.contact_phone,
            contact_email: student.contact_email,
            accepted_at: wire::instant(student.accepted_at),
            requester_type: student.requester_type.as_str(),
        }
    }
}

/// Your students
#[utoipa::path(
    tag = "requests",
    params(PagingQuery),
    responses(
        (status = 200, description = "Each once, the latest enrolment first", body = [StudentBody]),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[get("/session-requests/tutor/my-students")]
pub(crate) async fn my_students(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.students(&caller, page).await?;
    Ok(list(&request, page, StudentBody::from))
}
