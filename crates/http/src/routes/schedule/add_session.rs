//! `POST /tutor/sessions`

use actix_web::body::BoxBody;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use astegni_domain::ids::CourseId;
use astegni_domain::schedule::{AddedSession, parse_date, parse_time, parse_topics};
use astegni_domain::validation::Violations;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::SessionBody;
use super::fields::time_slot;
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, tagged};
use crate::services::Services;

/// A session to add to a course, in the time zone of the course.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddSessionBody {
    /// Course that the caller teaches.
    #[schema(required = true, nullable = false, example = 1)]
    enrolled_courses_id: Option<i64>,
    /// Civil date, `YYYY-MM-DD`.
    #[schema(required = true, nullable = false, example = "2026-02-03")]
    session_date: Option<String>,
    /// Start, wall clock `HH:MM`.
    #[schema(required = true, nullable = false, example = "14:00")]
    start_time: Option<String>,
    /// End, wall clock `HH:MM`, after `start_time` unless `overnight` is true.
    #[schema(required = true, nullable = false, example = "16:00")]
    end_time: Option<String>,
    /// Whether an end before the start is on the next day; false by default.
    overnight: Option<bool>,
    /// Topics planned for the session, at most 20 texts of at most 2000 characters.
    #[schema(max_items = 20)]
    topics: Option<Vec<String>>,
}

impl Parse for AddSessionBody {
    type Command = AddedSession;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<AddedSession> {
        let course = violations.require("enrolled_courses_id", self.enrolled_courses_id, CourseId::parse);
        let date = violations.require("session_date", self.session_date, |input| parse_date(&input));
        let start = violations.require("start_time", self.start_time, |input| parse_time(&input));
        let end = violations.require("end_time", self.end_time, |input| parse_time(&input));
        let slot = start.zip(end).map(|(start, end)| time_slot(start, end, self.overnight));
        let slot = violations.check_some("end_time", slot, |slot| slot);
        let topics = violations.check_some("topics", self.topics, |input| parse_topics(&input));
        Some(AddedSession { course: course?, date: date?, slot: slot?, topics: topics.unwrap_or_default() })
    }
}

/// A session that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAddedBody {
    #[serde(flatten)]
    session: SessionBody,
    success: bool,
    message: &'static str,
    /// Same as `id`, for clients of the previous platform.
    session_id: i64,
}

/// Add a session to a course
///
/// Books one more session of a course: a replacement for a session that was cancelled in time, or a date that was left out.
/// Only the tutor of the course can do so; both sides are notified by a chat message and an event. Neither party may have
/// another session at that time, and the tutor no time off. If the package has a number of sessions, it must not be used up. The
/// session is an exception to the series.
#[utoipa::path(
    tag = "schedule",
    request_body = AddSessionBody,
    responses(
        (status = 201, description = "The session, with its `ETag`", body = SessionAddedBody),
        (status = 403, description = "Only tutors can add sessions"),
        (status = 404, description = "The caller teaches no such course"),
        (status = 409, description = "All sessions of the package are used up (`package_used_up`), the course has too many \
            sessions (`too_many_sessions`), or the session conflicts (`schedule_conflict`)"),
    ),
)]
#[post("/tutor/sessions")]
pub(crate) async fn add_session(
    services: Data<Services>,
    caller: Caller,
    Body(session): Body<AddSessionBody>,
) -> Result<HttpResponse, ApiError> {
    let session = services.sessions.add(&caller, &session).await?;
    let id = session.id.get();
    let session = SessionBody::new(session, caller.user_id, services.clock.now());
    let mut response = HttpResponse::Created();
    response.insert_header(("Location", format!("/api/v1/sessions/{id}")));
    // The tag is that of the session at its own path, which has fewer members (RFC 9110, section 15.3.2).
    let response = tagged(response, &session)?;
    let body = SessionAddedBody { session, success: true, message: "Session created successfully", session_id: id };
    let body = serde_json::to_vec(&body).map_err(|error| ApiError::internal(&error))?;
    Ok(response.set_body(BoxBody::new(body)))
}
