//! Responses to the errors of session requests.

use astegni_domain::cooldown::Cooldown;
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, AnswerError, AnswerRefusal, CreateRequestError, CreationRefusal, ReadRequestError,
    RequestStatus, RequesterType,
};
use chrono::{DateTime, Utc};

use super::connections::blocked_by_you;
use super::long_date;
use super::schedule::schedule_conflict;
use crate::error::{ApiError, Code};

impl From<CreateRequestError> for ApiError {
    fn from(error: CreateRequestError) -> Self {
        match error {
            CreateRequestError::Refused(refusal) => refusal.into(),
            CreateRequestError::Repository(error) => error.into(),
        }
    }
}

impl From<CreationRefusal> for ApiError {
    fn from(refusal: CreationRefusal) -> Self {
        match refusal {
            CreationRefusal::WrongRole => {
                Self::new(Code::RoleRequired, "Only students and parents can request tutoring sessions")
            }
            CreationRefusal::NoProfile(RequesterType::Student) => Self::new(
                Code::ProfileMissing,
                "Student profile not found. Please complete your student profile first.",
            ),
            CreationRefusal::NoProfile(RequesterType::Parent) => {
                Self::new(Code::ProfileMissing, "Parent profile not found. Please complete your parent profile first.")
            }
            CreationRefusal::NotOwnProfile => {
                Self::new(Code::RoleRequired, "Only parents can request sessions for another student")
            }
            CreationRefusal::ChildRequired => {
                Self::new(Code::ChildRequired, "Please name the child that the sessions are for (requested_to_id)")
            }
            CreationRefusal::ChildNotFound => Self::not_found("Child"),
            CreationRefusal::TutorNotFound => Self::not_found("Tutor"),
            CreationRefusal::BlockedByYou => blocked_by_you(),
            CreationRefusal::OwnTutor => Self::new(Code::OwnTutor, "You cannot request sessions with yourself"),
            CreationRefusal::Duplicate { id, created_at } => {
                Self::new(Code::DuplicateRequest, duplicate(id.get(), created_at))
                    .with("existing_request_id", id.get())
                    .with("created_at", crate::wire::instant(created_at))
            }
            CreationRefusal::TooManyPending { limit, retry_after } => Self::new(
                Code::TooManyPending,
                format!(
                    "You have {limit} pending requests. Please wait for the tutors' responses or withdraw a request."
                ),
            )
            .retry_after(retry_after),
            CreationRefusal::TooManyRejections(Cooldown { again_at, retry_after }) => Self::new(
                Code::RequestCooldown,
                format!(
                    "This tutor has rejected several of your requests recently. You can send another request on {}.",
                    long_date(again_at)
                ),
            )
            .with("retry_at", crate::wire::instant(again_at))
            .retry_after(retry_after),
            CreationRefusal::Invalid(violations) => Self::invalid(&violations),
        }
    }
}

/// Returns the sentence that old clients show, with an English date.
fn duplicate(id: i64, created_at: DateTime<Utc>) -> String {
    format!(
        "Request already sent. You have a pending request for this package (Request ID: {id}, sent on {}). \
         Please wait for the tutor's response.",
        long_date(created_at)
    )
}

impl From<ReadRequestError> for ApiError {
    fn from(error: ReadRequestError) -> Self {
        match error {
            ReadRequestError::RoleRequired(error) => error.into(),
            ReadRequestError::NotFound => Self::not_found("Session request"),
            ReadRequestError::Repository(error) => error.into(),
        }
    }
}

fn tutors_only() -> ApiError {
    ApiError::new(Code::RoleRequired, "Only tutors can accept/reject session requests")
}

fn already_answered(status: RequestStatus) -> ApiError {
    ApiError::new(Code::AlreadyAnswered, format!("Session request is already {}", status.as_str()))
        .with("current_status", status.as_str())
}

impl From<AnswerError> for ApiError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::RoleRequired(_) => tutors_only(),
            AnswerError::Refused(AnswerRefusal::NotFound) => Self::not_found("Session request"),
            AnswerError::Refused(AnswerRefusal::AlreadyAnswered(status)) => already_answered(status),
            AnswerError::Repository(error) => error.into(),
        }
    }
}

impl From<AcceptError> for ApiError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::RoleRequired(_) => tutors_only(),
            AcceptError::NotFound => Self::not_found("Session request"),
            AcceptError::Refused(AcceptRefusal::AlreadyAnswered(status)) => already_answered(status),
            AcceptError::Refused(AcceptRefusal::Invalid(violations)) => Self::invalid(&violations),
            AcceptError::Refused(AcceptRefusal::Conflicts(conflicts)) => {
                schedule_conflict(&conflicts, "nothing was created")
            }
            AcceptError::Repository(error) => error.into(),
        }
    }
}
