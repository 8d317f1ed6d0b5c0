//! `PATCH /session-requests/tutor/{id}`

use actix_web::patch;
use actix_web::web::{Data, Json};
use astegni_domain::ids::RequestId;
use astegni_domain::requests::{Acceptance, parse_reason};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions_body::{ProposedSessionBody, acceptance};
use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId};
use crate::services::Services;
use crate::wire::{self, ConflictBody, Price};

/// A tutor's answer to a session request.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerBody {
    /// `accepted` or `rejected`.
    #[schema(required = true, nullable = false, example = "accepted")]
    status: Option<String>,
    /// Reason for a rejection, at most 1000 characters.
    rejected_reason: Option<String>,
    /// `fail` (default): any conflict fails the acceptance. `skip`: sessions that conflict are left out.
    on_conflict: Option<String>,
    /// Sessions that replace those of the request's schedule, at most 200.
    sessions: Option<Vec<ProposedSessionBody>>,
}

/// A parsed [`AnswerBody`].
pub(crate) enum Answer {
    Accept(Acceptance),
    Reject(Option<String>),
}

impl Parse for AnswerBody {
    type Command = Answer;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Answer> {
        let accepts = violations.require("status", self.status, |status| match status.as_str() {
            "accepted" => Ok(true),
            "rejected" => Ok(false),
            _ => Err(Invalid::new("unknown_status", "must be accepted or rejected")),
        });
        let reason =
            violations.check_some("rejected_reason", self.rejected_reason, |input| parse_reason(&input)).flatten();
        let acceptance = acceptance(self.on_conflict, self.sessions, violations);
        Some(if accepts? { Answer::Accept(acceptance) } else { Answer::Reject(reason) })
    }
}

/// The outcome of an answer. The last four fields are present on acceptance only.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnsweredBody {
    success: bool,
    message: &'static str,
    request_id: i64,
    /// `accepted` or `rejected`.
    status: &'static str,
    /// RFC 3339 instant in UTC of the answer.
    responded_at: String,
    /// The counter offer, or else the package's hourly rate; null without either.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Price>)]
    #[expect(clippy::option_option, reason = "missing on rejection, null where an acceptance agreed on none")]
    agreed_price: Option<Option<Price>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Number of sessions created.
    sessions_created: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolled_course_id: Option<i64>,
    /// Sessions that were left out because they conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<Vec<ConflictBody>>,
}

/// Accept or reject a session request
///
/// Answers a pending session request. An acceptance enrols the student and creates all sessions, or fails without any
/// effect. The requester is notified by a chat message. Only the tutor who received the request can answer it.
#[utoipa::path(
    tag = "requests",
    request_body = AnswerBody,
    params(("id" = i64, Path, description = "Id of the session request")),
    responses(
        (status = 200, description = "The session request was answered", body = AnsweredBody),
        (status = 403, description = "The caller is not a tutor"),
        (status = 404, description = "The caller received no such session request"),
        (status = 409, description = "The session request is no longer pending, or sessions conflict"),
    ),
)]
#[patch("/session-requests/tutor/{id}")]
pub(crate) async fn answer_session_request(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(answer): Body<AnswerBody>,
) -> Result<Json<AnsweredBody>, ApiError> {
    let request = RequestId::new(id);
    Ok(Json(match answer {
        Answer::Accept(acceptance) => {
            let answered = services.requests.accept(&caller, request, acceptance).await?;
            AnsweredBody {
                success: true,
                message: "Session request accepted and student added to your students list",
                request_id: id,
                status: "accepted",
                responded_at: wire::instant(answered.responded_at),
                agreed_price: Some(answered.agreed_price.map(Price)),
                sessions_created: Some(answered.sessions_created),
                enrolled_course_id: Some(answered.course_id.get()),
                skipped: Some(answered.skipped.iter().map(ConflictBody::from).collect()),
            }
        }
        Answer::Reject(reason) => {
            let responded_at = services.requests.reject(&caller, request, reason).await?;
            AnsweredBody {
                success: true,
                message: "Session request rejected",
                request_id: id,
                status: "rejected",
                responded_at: wire::instant(responded_at),
                agreed_price: None,
                sessions_created: None,
                enrolled_course_id: None,
                skipped: None,
            }
        }
    }))
}
