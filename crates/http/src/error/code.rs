//! The documented error codes. `explanation.rs` has the table of their statuses and texts.

use actix_web::http::StatusCode;
use strum::{IntoStaticStr, VariantArray};

/// The `code` of a problem, which programs distinguish errors by.
///
/// Its name in JSON is the variant's in snake case; `/problems/<code>` shows its explanation to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "`explanation` describes each variant in a sentence")]
pub enum Code {
    ValidationFailed,
    NotAuthenticated,
    InvalidToken,
    WrongCredentials,
    InvalidRefreshToken,
    TokenReuse,
    WrongPassword,
    EmailTaken,
    UsernameTaken,
    RoleRequired,
    RoleAlreadyHeld,
    RoleNotHeld,
    ProfileMissing,
    NotYourself,
    ChildRequired,
    OwnTutor,
    NotFound,
    NotAParticipant,
    OwnConversation,
    MessagesNotAccepted,
    SenderOnly,
    MessageNotChangeable,
    MessageDeleted,
    EditWindowClosed,
    NotAGroup,
    AdminOnly,
    CursorExpired,
    TooManyStreams,
    OriginNotAllowed,
    OwnGuardian,
    GuardianshipExists,
    GuardianshipCooldown,
    LastGuardian,
    LoginExists,
    InvalidClaimCode,
    OwnConnection,
    BlockedByYou,
    NotYourConnection,
    RecipientOnly,
    ConnectionExists,
    ConnectionCooldown,
    DuplicateRequest,
    TooManyPending,
    RequestCooldown,
    AlreadyAnswered,
    ScheduleConflict,
    InvalidTransition,
    PackageUsedUp,
    TooManySessions,
    TooManyFeeds,
    TooManyTimeOff,
    Conflict,
    PreconditionFailed,
    MethodNotAllowed,
    PayloadTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
    BadRequest,
    InternalError,
    Unavailable,
}

impl Code {
    /// Returns the name used in JSON, in snake case.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the last segment of the problem's `type`: the name with hyphens.
    pub fn slug(self) -> String {
        self.as_str().replace('_', "-")
    }

    /// Returns the code with this name or slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        let name = slug.replace('-', "_");
        Self::VARIANTS.iter().copied().find(|code| code.as_str() == name)
    }

    /// Returns the code for a response that the framework made on its own.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::NotAuthenticated,
            403 => Self::RoleRequired,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::RequestTimeout,
            413 => Self::PayloadTooLarge,
            415 => Self::UnsupportedMediaType,
            400..=499 => Self::BadRequest,
            503 => Self::Unavailable,
            _ => Self::InternalError,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Explanation;

    #[test]
    fn codes_are_found_under_both_spellings() {
        for code in Code::VARIANTS {
            assert_eq!(Code::from_slug(code.as_str()), Some(*code));
            assert_eq!(Code::from_slug(&code.slug()), Some(*code));
        }
        assert_eq!(Code::DuplicateRequest.as_str(), "duplicate_request");
        assert_eq!(Code::DuplicateRequest.slug(), "duplicate-request");
        assert_eq!(Code::from_slug("duplicate request"), None);
    }

    #[test]
    fn every_code_has_an_error_status_a_title_and_a_sentence() {
        for code in Code::VARIANTS {
            let Explanation { title, status, advice } = code.explanation();
            assert!(status.is_client_error() || status.is_server_error(), "{code:?}");
            assert!((1..=4).contains(&title.split(' ').count()) && !title.ends_with('.'), "{title}");
            assert!(advice.ends_with('.'), "{advice}");
        }
    }

    #[test]
    fn errors_of_the_framework_keep_their_status() {
        for status in [401, 403, 404, 405, 408, 413, 415, 400, 500, 503] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Code::of_status(status).explanation().status, status);
        }
        assert_eq!(Code::of_status(StatusCode::IM_A_TEAPOT), Code::BadRequest);
        assert_eq!(Code::of_status(StatusCode::BAD_GATEWAY), Code::InternalError);
    }
}
