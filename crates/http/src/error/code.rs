//! The documented words for what can go wrong.

use actix_web::http::StatusCode;

/// What went wrong, for programs. `/problems/<code>` explains each to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The body or a parameter is wrong.
    ValidationFailed,
    /// No token.
    NotAuthenticated,
    /// A token that lets nobody in.
    InvalidToken,
    /// Wrong credentials.
    WrongCredentials,
    /// The token that was to be exchanged is not valid.
    InvalidRefreshToken,
    /// The token that was to be exchanged was used before.
    TokenReuse,
    /// The password given to confirm a step is not the caller's.
    WrongPassword,
    /// Another account has the address.
    EmailTaken,
    /// Another account has the handle.
    UsernameTaken,
    /// The caller's role does not allow it.
    RoleRequired,
    /// The caller has the role already.
    RoleAlreadyHeld,
    /// The caller does not have the role.
    RoleNotHeld,
    /// The caller's role has no profile yet.
    ProfileMissing,
    /// The caller may not act for somebody else.
    NotYourself,
    /// A parent names no child.
    ChildRequired,
    /// A tutor asks themselves.
    OwnTutor,
    /// There is nothing here, or nothing for the caller to know.
    NotFound,
    /// The caller takes no part in the conversation.
    NotAParticipant,
    /// The tutor cannot be asked for this child.
    NotForThisChild,
    /// Nobody is their own guardian.
    OwnGuardian,
    /// A guardianship of the two is open.
    GuardianshipExists,
    /// The child has a login.
    LoginExists,
    /// The code is not good.
    InvalidClaimCode,
    /// One cannot connect with oneself.
    OwnConnection,
    /// The caller blocked the other.
    BlockedByYou,
    /// The caller has no part in the connection.
    NotYourConnection,
    /// Only who was asked answers.
    RecipientOnly,
    /// The connection is there already.
    ConnectionExists,
    /// The other said no lately.
    ConnectionCooldown,
    /// The same request is pending.
    DuplicateRequest,
    /// Too many requests are pending.
    TooManyPending,
    /// The tutor said no too often lately.
    RequestCooldown,
    /// Somebody was faster, or time was.
    AlreadyAnswered,
    /// Sessions cannot be booked.
    ScheduleConflict,
    /// What was to be changed has just been changed by somebody else.
    Conflict,
    /// The path does not take this method.
    MethodNotAllowed,
    /// The body is larger than 64 KiB.
    PayloadTooLarge,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The body is not what this path reads.
    UnsupportedMediaType,
    /// The request is not HTTP as we know it.
    BadRequest,
    /// Our fault.
    InternalError,
    /// The database is away or too much is going on; later will do.
    Unavailable,
}

impl Code {
    /// Every code, for the pages that explain them.
    pub const ALL: [Self; 42] = [
        Self::ValidationFailed,
        Self::NotAuthenticated,
        Self::InvalidToken,
        Self::WrongCredentials,
        Self::InvalidRefreshToken,
        Self::TokenReuse,
        Self::WrongPassword,
        Self::EmailTaken,
        Self::UsernameTaken,
        Self::RoleRequired,
        Self::RoleAlreadyHeld,
        Self::RoleNotHeld,
        Self::ProfileMissing,
        Self::NotYourself,
        Self::ChildRequired,
        Self::OwnTutor,
        Self::NotFound,
        Self::NotAParticipant,
        Self::NotForThisChild,
        Self::OwnGuardian,
        Self::GuardianshipExists,
        Self::LoginExists,
        Self::InvalidClaimCode,
        Self::OwnConnection,
        Self::BlockedByYou,
        Self::NotYourConnection,
        Self::RecipientOnly,
        Self::ConnectionExists,
        Self::ConnectionCooldown,
        Self::DuplicateRequest,
        Self::TooManyPending,
        Self::RequestCooldown,
        Self::AlreadyAnswered,
        Self::ScheduleConflict,
        Self::Conflict,
        Self::MethodNotAllowed,
        Self::PayloadTooLarge,
        Self::RequestTimeout,
        Self::UnsupportedMediaType,
        Self::BadRequest,
        Self::InternalError,
        Self::Unavailable,
    ];

    /// The word, the title, the status, and what a caller can do about it.
    #[expect(clippy::too_many_lines, reason = "a table with a line for each code")]
    pub fn explain(self) -> (&'static str, &'static str, u16, &'static str) {
        match self {
            Self::ValidationFailed => (
                "validation_failed",
                "Validation failed",
                422,
                "Mend the fields that `errors` names, all at once, and send it again.",
            ),
            Self::NotAuthenticated => {
                ("not_authenticated", "Not authenticated", 401, "Send `Authorization: Bearer <access token>`.")
            }
            Self::InvalidToken => (
                "invalid_token",
                "Invalid token",
                401,
                "The access token is malformed, expired or signed out. Refresh it or log in.",
            ),
            Self::WrongCredentials => (
                "wrong_credentials",
                "Wrong credentials",
                401,
                "No account has this e-mail address and password together.",
            ),
            Self::InvalidRefreshToken => (
                "invalid_refresh_token",
                "Invalid refresh token",
                401,
                "The refresh token is unknown, expired or signed out. Log in.",
            ),
            Self::TokenReuse => (
                "token_reuse",
                "Refresh token reused",
                401,
                "The refresh token was exchanged before, so two hold it. The device was signed out. Log in.",
            ),
            Self::WrongPassword => {
                ("wrong_password", "Wrong password", 400, "The password that confirms this step is not yours.")
            }
            Self::EmailTaken => {
                ("email_taken", "E-mail address taken", 409, "Log in instead, or register with another address.")
            }
            Self::UsernameTaken => ("username_taken", "Username taken", 409, "Choose another username."),
            Self::RoleRequired => {
                ("role_required", "Role required", 403, "Switch to a role that may do this, or add it.")
            }
            Self::RoleAlreadyHeld => {
                ("role_already_held", "Role already held", 400, "You have the role; switch to it.")
            }
            Self::RoleNotHeld => ("role_not_held", "Role not held", 400, "Add the role first."),
            Self::ProfileMissing => {
                ("profile_missing", "Profile missing", 400, "Add the role, which makes its profile.")
            }
            Self::NotYourself => (
                "not_yourself",
                "Not yourself",
                403,
                "The token says whose data it is; `user_id` can only repeat that.",
            ),
            Self::ChildRequired => ("child_required", "Child required", 400, "Name the child in `requested_to_id`."),
            Self::OwnTutor => ("own_tutor", "Own tutor", 400, "Ask somebody else."),
            Self::NotFound => ("not_found", "Not found", 404, "There is nothing here, or nothing for you to know."),
            Self::NotAParticipant => {
                ("not_a_participant", "Not a participant", 403, "Only who takes part in a conversation reads it.")
            }
            Self::NotForThisChild => ("not_for_this_child", "Not for this child", 403, "Ask another tutor."),
            Self::OwnGuardian => ("own_guardian", "Own guardian", 400, "Name somebody else."),
            Self::GuardianshipExists => {
                ("guardianship_exists", "Guardianship exists", 409, "The child is in your care, or was asked.")
            }
            Self::LoginExists => {
                ("login_exists", "Login exists", 409, "The child logs in; there is nothing to hand over.")
            }
            Self::InvalidClaimCode => {
                ("invalid_claim_code", "Invalid claim code", 400, "Ask your guardian for a new code.")
            }
            Self::OwnConnection => ("own_connection", "Own connection", 400, "Name somebody else."),
            Self::BlockedByYou => ("blocked_by_you", "Blocked by you", 403, "Unblock them first."),
            Self::NotYourConnection => {
                ("not_your_connection", "Not your connection", 403, "Only the two of a connection see it.")
            }
            Self::RecipientOnly => {
                ("recipient_only", "Recipient only", 403, "Only who was asked accepts or rejects; you may delete it.")
            }
            Self::ConnectionExists => {
                ("connection_exists", "Connection exists", 409, "`current_status` says where it stands.")
            }
            Self::ConnectionCooldown => {
                ("connection_cooldown", "Connection cooldown", 429, "Ask again after `retry_after` seconds.")
            }
            Self::DuplicateRequest => (
                "duplicate_request",
                "Duplicate request",
                409,
                "Wait for the tutor's response, or withdraw the request that `existing_request_id` names.",
            ),
            Self::TooManyPending => {
                ("too_many_pending", "Too many pending requests", 429, "Wait for answers, or withdraw some requests.")
            }
            Self::RequestCooldown => (
                "request_cooldown",
                "Request cooldown",
                429,
                "The tutor rejected several of your requests lately. Ask again after `retry_after` seconds.",
            ),
            Self::AlreadyAnswered => {
                ("already_answered", "Already answered", 409, "`current_status` says where the request stands.")
            }
            Self::ScheduleConflict => (
                "schedule_conflict",
                "Schedule conflict",
                409,
                "`conflicts` lists what cannot be booked. Edit the sessions, or send `on_conflict: skip`.",
            ),
            Self::Conflict => {
                ("conflict", "Conflict", 409, "Somebody else has just changed this. Look again, then repeat.")
            }
            Self::MethodNotAllowed => {
                ("method_not_allowed", "Method not allowed", 405, "`Allow` lists the methods that this path takes.")
            }
            Self::PayloadTooLarge => ("payload_too_large", "Payload too large", 413, "A body may have at most 64 KiB."),
            Self::RequestTimeout => ("request_timeout", "Request timeout", 408, "Send the whole body at once."),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", "Unsupported media type", 415, "Send `Content-Type: application/json`.")
            }
            Self::BadRequest => ("bad_request", "Bad request", 400, "The request cannot be read."),
            Self::InternalError => {
                ("internal_error", "Internal error", 500, "It is not your fault. Report the `request_id`.")
            }
            Self::Unavailable => ("unavailable", "Unavailable", 503, "Try again after `retry_after` seconds."),
        }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        self.explain().0
    }

    /// The words of the address that explains it.
    pub fn slug(self) -> String {
        self.as_str().replace('_', "-")
    }

    /// The status that it is answered with.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.explain().2).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code of an answer that the framework gave by itself.
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
