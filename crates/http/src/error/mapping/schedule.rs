//! Responses to the errors of sessions.

use astegni_domain::schedule::{
    ActionRefusal, AddSessionError, AdditionRefusal, Conflict, FindCourseError, SessionAction, SessionChangeError,
    SessionError,
};

use crate::error::{ApiError, Code};
use crate::wire::ConflictBody;

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::RoleRequired(error) => error.into(),
            SessionError::NotFound => Self::not_found("Session"),
            SessionError::Repository(error) => error.into(),
        }
    }
}

impl From<SessionChangeError> for ApiError {
    fn from(error: SessionChangeError) -> Self {
        match error {
            SessionChangeError::NotFound => Self::not_found("Session"),
            SessionChangeError::PreconditionFailed => {
                Self::new(Code::PreconditionFailed, "The session has changed since the version in If-Match")
            }
            SessionChangeError::Refused(refusal) => refusal.into(),
            SessionChangeError::Invalid(violations) => Self::invalid(&violations),
            SessionChangeError::Conflicts(conflicts) => schedule_conflict(&conflicts, "nothing was changed"),
            SessionChangeError::Repository(error) => error.into(),
        }
    }
}

impl From<ActionRefusal> for ApiError {
    fn from(refusal: ActionRefusal) -> Self {
        let (status, detail) = match refusal {
            ActionRefusal::TutorOnly(action) => {
                return Self::new(Code::RoleRequired, format!("Only the tutor can {}", infinitive(action)));
            }
            ActionRefusal::Status(action, status) => {
                (status, format!("A session with the status {} cannot be {}", status.as_str(), participle(action)))
            }
            ActionRefusal::HasBegun(action, status) => {
                (status, format!("The session has already begun and cannot be {}", participle(action)))
            }
            ActionRefusal::NotBegun(action, status) => {
                (status, format!("The session has not begun yet and cannot be {}", participle(action)))
            }
        };
        Self::new(Code::InvalidTransition, detail).with("current_status", status.as_str())
    }
}

fn infinitive(action: SessionAction) -> &'static str {
    match action {
        SessionAction::Edit => "edit a session",
        SessionAction::Reschedule => "reschedule a session",
        SessionAction::Cancel => "cancel a session",
        SessionAction::Complete => "complete a session",
        SessionAction::MarkNoShow => "mark a session as a no-show",
    }
}

fn participle(action: SessionAction) -> &'static str {
    match action {
        SessionAction::Edit => "edited",
        SessionAction::Reschedule => "rescheduled",
        SessionAction::Cancel => "cancelled",
        SessionAction::Complete => "completed",
        SessionAction::MarkNoShow => "marked as a no-show",
    }
}

impl From<FindCourseError> for ApiError {
    fn from(error: FindCourseError) -> Self {
        match error {
            FindCourseError::NotFound => Self::not_found("Course"),
            FindCourseError::Repository(error) => error.into(),
        }
    }
}

impl From<AddSessionError> for ApiError {
    fn from(error: AddSessionError) -> Self {
        match error {
            AddSessionError::RoleRequired(error) => error.into(),
            AddSessionError::Refused(refusal) => refusal.into(),
            AddSessionError::Repository(error) => error.into(),
        }
    }
}

impl From<AdditionRefusal> for ApiError {
    fn from(refusal: AdditionRefusal) -> Self {
        match refusal {
            AdditionRefusal::NotFound => Self::not_found("Course"),
            AdditionRefusal::PackageUsedUp(1) => {
                Self::new(Code::PackageUsedUp, "The only session of the package is used up")
            }
            AdditionRefusal::PackageUsedUp(included) => {
                Self::new(Code::PackageUsedUp, format!("All {included} sessions of the package are used up"))
            }
            AdditionRefusal::TooManySessions => {
                Self::new(Code::TooManySessions, "No more sessions can be added to this course")
            }
            AdditionRefusal::Conflicts(conflicts) => schedule_conflict(&conflicts, "nothing was created"),
        }
    }
}

/// Creates the 409 that lists every conflict. `outcome` ends the sentence.
pub(super) fn schedule_conflict(conflicts: &[Conflict], outcome: &str) -> ApiError {
    let sessions = match conflicts.len() {
        1 => "1 session conflicts".to_owned(),
        count => format!("{count} sessions conflict"),
    };
    let bodies: Vec<_> = conflicts.iter().map(ConflictBody::from).collect();
    ApiError::new(Code::ScheduleConflict, format!("{sessions} with the calendar; {outcome}"))
        .with("conflicts", serde_json::to_value(bodies).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use astegni_domain::schedule::SessionStatus;
    use strum::VariantArray;

    use super::*;

    #[test]
    fn refused_additions_have_their_own_codes() {
        let shown = |refusal: AdditionRefusal| ApiError::from(refusal).to_string();
        let full = "too_many_sessions: No more sessions can be added to this course";
        assert_eq!(shown(AdditionRefusal::TooManySessions), full);
        let one = "package_used_up: The only session of the package is used up";
        assert_eq!(shown(AdditionRefusal::PackageUsedUp(1)), one);
        let ten = "package_used_up: All 10 sessions of the package are used up";
        assert_eq!(shown(AdditionRefusal::PackageUsedUp(10)), ten);
    }

    #[test]
    fn refused_actions_name_the_action() {
        for action in SessionAction::VARIANTS.iter().copied() {
            let shown = |refusal: ActionRefusal| ApiError::from(refusal).to_string();
            let infinitive = infinitive(action);
            assert_eq!(
                shown(ActionRefusal::TutorOnly(action)),
                format!("role_required: Only the tutor can {infinitive}")
            );
            for refusal in [
                ActionRefusal::Status(action, SessionStatus::Cancelled),
                ActionRefusal::HasBegun(action, SessionStatus::Scheduled),
                ActionRefusal::NotBegun(action, SessionStatus::Scheduled),
            ] {
                let shown = shown(refusal);
                assert!(shown.starts_with("invalid_transition: "), "{shown}");
                assert!(shown.ends_with(&format!("cannot be {}", participle(action))), "{shown}");
            }
        }
    }
}
