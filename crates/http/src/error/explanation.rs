//! Statuses and texts of the error codes.

use actix_web::http::StatusCode;

use super::Code;

/// The meaning of a [`Code`] for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Two or three words, the `title` of the problem.
    pub title: &'static str,
    /// The HTTP status of the response.
    pub status: StatusCode,
    /// The cause, or a way to resolve the problem, in one or two sentences.
    pub advice: &'static str,
}

impl Code {
    /// Returns the table entry of the code.
    #[expect(clippy::too_many_lines, reason = "a table with one entry per code")]
    pub fn explanation(self) -> Explanation {
        let entry = |status, title, advice| Explanation { title, status, advice };
        match self {
            Self::ValidationFailed => entry(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Validation failed",
                "Correct every field listed in `errors`, then send the request again.",
            ),
            Self::NotAuthenticated => entry(
                StatusCode::UNAUTHORIZED,
                "Not authenticated",
                "Send an access token in the `Authorization: Bearer <token>` header.",
            ),
            Self::InvalidToken => entry(
                StatusCode::UNAUTHORIZED,
                "Invalid access token",
                "The access token is malformed, expired or revoked. Refresh it, or log in again.",
            ),
            Self::WrongCredentials => entry(
                StatusCode::UNAUTHORIZED,
                "Invalid credentials",
                "The e-mail address and password do not match an account.",
            ),
            Self::InvalidRefreshToken => entry(
                StatusCode::UNAUTHORIZED,
                "Invalid refresh token",
                "The refresh token is unknown, expired or revoked. Log in again.",
            ),
            Self::TokenReuse => entry(
                StatusCode::UNAUTHORIZED,
                "Refresh token reused",
                "The refresh token had already been exchanged and may have been stolen, so the device was signed out. Log in again.",
            ),
            Self::WrongPassword => entry(
                StatusCode::BAD_REQUEST,
                "Incorrect password",
                "The password that confirms this action is incorrect.",
            ),
            Self::EmailTaken => entry(
                StatusCode::CONFLICT,
                "E-mail address taken",
                "Log in to the existing account, or register with another address.",
            ),
            Self::UsernameTaken => entry(StatusCode::CONFLICT, "Username taken", "Choose another username."),
            Self::RoleRequired => entry(
                StatusCode::FORBIDDEN,
                "Role required",
                "Switch to a role that is allowed to do this, or add it to the account.",
            ),
            Self::RoleAlreadyHeld => entry(
                StatusCode::BAD_REQUEST,
                "Role already held",
                "The account already has this role. Switch to it instead.",
            ),
            Self::RoleNotHeld => {
                entry(StatusCode::BAD_REQUEST, "Role not held", "Add the role to the account before switching to it.")
            }
            Self::ProfileMissing => entry(
                StatusCode::BAD_REQUEST,
                "Profile missing",
                "Add the role to the account, which creates its profile.",
            ),
            Self::NotYourself => entry(
                StatusCode::FORBIDDEN,
                "Wrong user",
                "The access token identifies the user. Omit `user_id`, or send the caller's own id.",
            ),
            Self::ChildRequired => entry(
                StatusCode::BAD_REQUEST,
                "Child required",
                "Send the student profile of one of your children in `requested_to_id`.",
            ),
            Self::OwnTutor => {
                entry(StatusCode::BAD_REQUEST, "Own tutor profile", "Request sessions from another tutor.")
            }
            Self::NotFound => {
                entry(StatusCode::NOT_FOUND, "Not found", "The resource does not exist, or is not visible to you.")
            }
            Self::NotAParticipant => {
                entry(StatusCode::FORBIDDEN, "Not a participant", "Only participants can access a conversation.")
            }
            Self::OwnConversation => {
                entry(StatusCode::BAD_REQUEST, "Own conversation", "Start a conversation with another user.")
            }
            Self::MessagesNotAccepted => entry(
                StatusCode::FORBIDDEN,
                "Messages not accepted",
                "The user's settings do not accept messages from you. Connect with the user first.",
            ),
            Self::SenderOnly => {
                entry(StatusCode::FORBIDDEN, "Sender only", "Only the sender of a message can edit or delete it.")
            }
            Self::MessageNotChangeable => entry(
                StatusCode::FORBIDDEN,
                "Message not changeable",
                "Session requests and notices of the platform cannot be edited or deleted.",
            ),
            Self::MessageDeleted => {
                entry(StatusCode::CONFLICT, "Message deleted", "A deleted message cannot be edited. Send a new one.")
            }
            Self::EditWindowClosed => entry(
                StatusCode::CONFLICT,
                "Edit window closed",
                "A message can be edited for 24 hours. It can still be deleted.",
            ),
            Self::NotAGroup => entry(
                StatusCode::CONFLICT,
                "Not a group",
                "A direct conversation has no name of its own, and its participants cannot change.",
            ),
            Self::AdminOnly => entry(
                StatusCode::FORBIDDEN,
                "Admin only",
                "Only admins can rename a group, or add and remove its participants.",
            ),
            Self::CursorExpired => entry(
                StatusCode::GONE,
                "Cursor expired",
                "Read the current position, load the current state, then continue from that position.",
            ),
            Self::TooManyStreams => entry(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many streams",
                "A user can wait for events in at most 10 requests at once. End another one first.",
            ),
            Self::OriginNotAllowed => entry(
                StatusCode::FORBIDDEN,
                "Origin not allowed",
                "Web pages of this origin cannot open a socket. The operator can list the origin.",
            ),
            Self::OwnGuardian => {
                entry(StatusCode::BAD_REQUEST, "Own guardian", "Enter the e-mail address of another user.")
            }
            Self::GuardianshipExists => entry(
                StatusCode::CONFLICT,
                "Guardianship exists",
                "The student is already one of your children, or has a pending invitation from you.",
            ),
            Self::GuardianshipCooldown => entry(
                StatusCode::TOO_MANY_REQUESTS,
                "Invited too recently",
                "This student was invited recently. Try again after `retry_after` seconds.",
            ),
            Self::LastGuardian => entry(
                StatusCode::CONFLICT,
                "Last guardian",
                "The child has no login and no other guardian. Let the child claim the account first.",
            ),
            Self::LoginExists => entry(
                StatusCode::CONFLICT,
                "Login exists",
                "The child already has a login, so the account cannot be claimed.",
            ),
            Self::InvalidClaimCode => entry(
                StatusCode::BAD_REQUEST,
                "Invalid claim code",
                "The code is unknown, used, revoked or expired. Ask a guardian for a new one.",
            ),
            Self::OwnConnection => entry(StatusCode::BAD_REQUEST, "Own account", "Connect with another user."),
            Self::BlockedByYou => {
                entry(StatusCode::FORBIDDEN, "User blocked", "You have blocked this user. Unblock the user first.")
            }
            Self::NotYourConnection => {
                entry(StatusCode::FORBIDDEN, "Not your connection", "Only the two users of a connection can view it.")
            }
            Self::RecipientOnly => entry(
                StatusCode::FORBIDDEN,
                "Recipient only",
                "Only the recipient can answer a connection request. The initiator can delete it.",
            ),
            Self::ConnectionExists => entry(
                StatusCode::CONFLICT,
                "Connection exists",
                "The two users are already connected; see `current_status`.",
            ),
            Self::ConnectionCooldown => entry(
                StatusCode::TOO_MANY_REQUESTS,
                "Connection cooldown",
                "The request was rejected recently. Try again after `retry_after` seconds.",
            ),
            Self::DuplicateRequest => entry(
                StatusCode::CONFLICT,
                "Duplicate request",
                "Wait for the tutor's response, or withdraw the request with the id `existing_request_id`.",
            ),
            Self::TooManyPending => entry(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many pending requests",
                "Wait for tutors to respond, or withdraw a pending request.",
            ),
            Self::RequestCooldown => entry(
                StatusCode::TOO_MANY_REQUESTS,
                "Request cooldown",
                "The tutor rejected several requests recently. Try again after `retry_after` seconds.",
            ),
            Self::AlreadyAnswered => entry(
                StatusCode::CONFLICT,
                "Already answered",
                "The request is no longer pending; see `current_status`.",
            ),
            Self::ScheduleConflict => entry(
                StatusCode::CONFLICT,
                "Schedule conflict",
                "`conflicts` lists the sessions that cannot be booked. Choose other times, or accept the request with `on_conflict: skip`.",
            ),
            Self::InvalidTransition => entry(
                StatusCode::CONFLICT,
                "Invalid transition",
                "The status of the session, see `current_status`, or its start does not allow the change. Its `allowed_actions` lists the changes that are possible.",
            ),
            Self::PackageUsedUp => entry(
                StatusCode::CONFLICT,
                "Package used up",
                "Every session of the package is booked. A session that is cancelled in time can be replaced; for more, the student sends another request.",
            ),
            Self::TooManySessions => entry(
                StatusCode::CONFLICT,
                "Too many sessions",
                "Too many sessions of the course were cancelled and replaced. For more, the student sends another request.",
            ),
            Self::TooManyFeeds => entry(
                StatusCode::CONFLICT,
                "Too many feeds",
                "A user can have at most 20 calendar feeds. Delete one that is no longer in use.",
            ),
            Self::TooManyTimeOff => entry(
                StatusCode::CONFLICT,
                "Too much time off",
                "A tutor can have at most 500 periods of time off that are not over. Delete some, or combine them.",
            ),
            Self::Conflict => entry(
                StatusCode::CONFLICT,
                "Conflict",
                "The resource was changed by another request. Read it again, then retry.",
            ),
            Self::PreconditionFailed => entry(
                StatusCode::PRECONDITION_FAILED,
                "Precondition failed",
                "The resource no longer has the version named in `If-Match`. Read it again, then retry.",
            ),
            Self::MethodNotAllowed => entry(
                StatusCode::METHOD_NOT_ALLOWED,
                "Method not allowed",
                "Use one of the methods listed in the `Allow` header.",
            ),
            Self::PayloadTooLarge => entry(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Payload too large",
                "A request body is limited to 64 KiB, that of a message to 128 KiB, also after decompression.",
            ),
            Self::RequestTimeout => entry(
                StatusCode::REQUEST_TIMEOUT,
                "Request timeout",
                "The request body did not arrive in time. Send it again.",
            ),
            Self::UnsupportedMediaType => entry(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Unsupported media type",
                "Send a JSON body with `Content-Type: application/json`, uncompressed or with one of the codings in `Accept-Encoding`.",
            ),
            Self::BadRequest => entry(
                StatusCode::BAD_REQUEST,
                "Bad request",
                "The request is not valid HTTP, or its body cannot be read.",
            ),
            Self::InternalError => entry(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal error",
                "An unexpected error occurred. Report the `request_id` if it persists.",
            ),
            Self::Unavailable => entry(
                StatusCode::SERVICE_UNAVAILABLE,
                "Service unavailable",
                "The service is overloaded or its database is unavailable. Try again after `retry_after` seconds.",
            ),
        }
    }
}
