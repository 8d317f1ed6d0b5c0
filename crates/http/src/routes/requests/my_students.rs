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

/// A student of the caller, with the latest enrolment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudentBody {
    /// Latest enrolment.
    id: i64,
    /// Student profile.
    student_id: i64,
    student_user_id: i64,
    student_name: String,
    /// `N/A` if unknown, as old clients expect.
    student_grade: String,
    /// URL of the student's picture.
    profile_picture: Option<String>,
    /// `N/A` without a package, as old clients expect.
    package_name: String,
    course_names: Vec<String>,
    /// Phone number of the requester; null while a block separates the two.
    contact_phone: Option<String>,
    /// E-mail address of the requester; null while a block separates the two.
    contact_email: Option<String>,
    /// RFC 3339 instant in UTC of the acceptance.
    accepted_at: String,
    /// `student` or `parent`.
    requester_type: &'static str,
}

impl From<EnrolledStudent> for StudentBody {
    fn from(student: EnrolledStudent) -> Self {
        let EnrolledStudent { enrolment, contact } = student;
        let missing = || "N/A".to_owned();
        Self {
            id: enrolment.id.get(),
            student_id: enrolment.student_id.get(),
            student_user_id: enrolment.student_user_id.get(),
            student_name: enrolment.student_name,
            student_grade: enrolment.student_grade.unwrap_or_else(missing),
            profile_picture: enrolment.profile_picture,
            course_names: enrolment.package_name.clone().into_iter().collect(),
            package_name: enrolment.package_name.unwrap_or_else(missing),
            contact_phone: contact.phone,
            contact_email: contact.email,
            accepted_at: wire::instant(enrolment.accepted_at),
            requester_type: enrolment.requester_type.as_str(),
        }
    }
}

/// List your students
///
/// Returns the students enrolled with the caller. Each student appears once, with the latest enrolment first. Only tutors
/// have students.
#[utoipa::path(
    tag = "requests",
    params(PagingQuery),
    responses(
        (status = 200, description = "A page of students", body = [StudentBody]),
        (status = 403, description = "The caller is not a tutor"),
    ),
)]
#[get("/session-requests/tutor/my-students")]
pub(crate) async fn list_enrolled_students(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = services.requests.students(&caller, page).await?;
    Ok(list(&request, page, StudentBody::from))
}
