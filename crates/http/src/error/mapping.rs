//! From each use case's refusals to answers: the one place where the domain's words become HTTP's.

use astegni_domain::Clock;
use astegni_domain::RepositoryError;
use astegni_domain::accounts::{
    AddRoleError, ChangePasswordError, HashingError, LoginError, MeError, RefreshError, RegisterError, SwitchRoleError,
};
use astegni_domain::chat::ChatError;
use astegni_domain::connections::{ConnectionError, Refusal};
use astegni_domain::families::{ClaimError, FamilyError, HandOverError};
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, AnswerError, CreateRequestError, CreationRefusal, ReadRequestError, RequestStatus,
    RequesterType,
};
use astegni_domain::schedule::SessionError;
use astegni_domain::tutoring::{ProfileError, ReadTutorError, WritePackageError};
use chrono::{DateTime, Utc};

use super::{ApiError, Code};
use crate::adapters::{GateError, SystemClock};
use crate::wire::ConflictBody;

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Conflict => {
                Self::new(Code::Conflict, "This has just been changed by somebody else; look again and repeat")
            }
            RepositoryError::Unavailable(_) => Self::unavailable(&error),
            RepositoryError::Unexpected(_) => Self::internal(&error),
        }
    }
}

impl From<HashingError> for ApiError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::unavailable(&error),
            HashingError::Failed(_) => Self::internal(&error),
        }
    }
}

impl From<GateError> for ApiError {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Invalid => Self::invalid_token(),
            GateError::Repository(error) => error.into(),
        }
    }
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::EmailTaken => Self::new(Code::EmailTaken, "Email already registered"),
            RegisterError::UsernameTaken => Self::new(Code::UsernameTaken, "Username already taken"),
            RegisterError::Hashing(error) => error.into(),
            RegisterError::Repository(error) => error.into(),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::WrongCredentials => Self::new(Code::WrongCredentials, "Invalid email or password"),
            LoginError::Hashing(error) => error.into(),
            LoginError::Repository(error) => error.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => Self::new(Code::InvalidRefreshToken, "Invalid or expired refresh token"),
            RefreshError::Reused => {
                Self::new(Code::TokenReuse, "Refresh token was used before; the device was signed out")
            }
            RefreshError::Repository(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::WrongPassword => Self::new(Code::WrongPassword, "Current password is incorrect"),
            ChangePasswordError::Hashing(error) => error.into(),
            ChangePasswordError::Repository(error) => error.into(),
        }
    }
}

impl From<AddRoleError> for ApiError {
    fn from(error: AddRoleError) -> Self {
        match error {
            AddRoleError::AlreadyHeld(role) => {
                Self::new(Code::RoleAlreadyHeld, format!("You already have the {} role", role.as_str()))
            }
            AddRoleError::WrongPassword => Self::new(Code::WrongPassword, "Invalid password"),
            AddRoleError::Hashing(error) => error.into(),
            AddRoleError::Repository(error) => error.into(),
        }
    }
}

impl From<SwitchRoleError> for ApiError {
    fn from(error: SwitchRoleError) -> Self {
        match error {
            SwitchRoleError::NotHeld(role) => {
                Self::new(Code::RoleNotHeld, format!("User does not have {} role", role.as_str()))
            }
            SwitchRoleError::Repository(error) => error.into(),
        }
    }
}

impl From<MeError> for ApiError {
    fn from(error: MeError) -> Self {
        match error {
            MeError::Gone => Self::invalid_token(),
            MeError::Repository(error) => error.into(),
        }
    }
}

impl From<ReadTutorError> for ApiError {
    fn from(error: ReadTutorError) -> Self {
        match error {
            ReadTutorError::NotFound => Self::not_found("Tutor"),
            ReadTutorError::BlockedByYou => blocked_by_you(),
            ReadTutorError::Repository(error) => error.into(),
        }
    }
}

fn blocked_by_you() -> ApiError {
    ApiError::new(Code::BlockedByYou, "You have blocked this user")
}

impl From<ConnectionError> for ApiError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Refused(refusal) => refusal.into(),
            ConnectionError::Repository(error) => error.into(),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Yourself => Self::new(Code::OwnConnection, "Cannot connect with yourself"),
            Refusal::NoSuchUser => Self::new(Code::NotFound, "Target user not found"),
            Refusal::BlockedByYou => blocked_by_you(),
            Refusal::NoSuchConnection => Self::not_found("Connection"),
            Refusal::NotYours => Self::new(Code::NotYourConnection, "Not authorized to view this connection"),
            Refusal::AlreadyThere(status) => {
                let words = format!("Connection already exists with status: {}", status.as_str());
                Self::new(Code::ConnectionExists, words).with("current_status", status.as_str())
            }
            Refusal::OnlyRecipient => {
                Self::new(Code::RecipientOnly, "Only the recipient can accept or reject connection requests")
            }
            Refusal::AlreadyAnswered(status) => {
                let words = format!("Connection request is already {}", status.as_str());
                Self::new(Code::AlreadyAnswered, words).with("current_status", status.as_str())
            }
            Refusal::Cooldown(again_at) => {
                let seconds = (again_at - SystemClock.now()).num_seconds().max(1);
                let words = format!("You can ask again on {}", long_date(again_at));
                Self::new(Code::ConnectionCooldown, words).retry_after(seconds)
            }
        }
    }
}

impl From<FamilyError> for ApiError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::NotAParent => Self::new(Code::RoleRequired, "Only parents can access this endpoint"),
            FamilyError::NotAStudent => Self::new(Code::RoleRequired, "Only students can access this endpoint"),
            FamilyError::StudentNotFound => Self::not_found("Student"),
            FamilyError::ChildNotFound => Self::not_found("Child"),
            FamilyError::GuardianNotFound => Self::not_found("Guardianship"),
            FamilyError::Yourself => Self::new(Code::OwnGuardian, "Nobody is their own guardian"),
            FamilyError::AlreadyThere => {
                Self::new(Code::GuardianshipExists, "This student is in your care, or was asked, already")
            }
            FamilyError::AlreadyAnswered(status) => {
                Self::new(Code::AlreadyAnswered, format!("The guardianship is already {}", status.as_str()))
                    .with("current_status", status.as_str())
            }
            FamilyError::HasLogin => Self::new(Code::LoginExists, "The child has a login of their own"),
            FamilyError::Repository(error) => error.into(),
        }
    }
}

impl From<HandOverError> for ApiError {
    fn from(error: HandOverError) -> Self {
        match error {
            HandOverError::Claim(ClaimError::InvalidCode) => Self::new(Code::InvalidClaimCode, "The code is not valid"),
            HandOverError::Claim(ClaimError::EmailTaken) => Self::new(Code::EmailTaken, "Email already registered"),
            HandOverError::Claim(ClaimError::Repository(error)) => error.into(),
            HandOverError::Hashing(error) => error.into(),
        }
    }
}

fn tutors_only() -> ApiError {
    ApiError::new(Code::RoleRequired, "Only tutors can access this endpoint")
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotATutor => tutors_only(),
            ProfileError::Repository(error) => error.into(),
        }
    }
}

impl From<WritePackageError> for ApiError {
    fn from(error: WritePackageError) -> Self {
        match error {
            WritePackageError::NotATutor => tutors_only(),
            WritePackageError::NotFound => Self::not_found("Package"),
            WritePackageError::Invalid(violations) => Self::invalid(&violations),
            WritePackageError::Repository(error) => error.into(),
        }
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::NotATutor => tutors_only(),
            SessionError::NotFound => Self::not_found("Session"),
            SessionError::Repository(error) => error.into(),
        }
    }
}

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::NotFound => Self::not_found("Conversation"),
            ChatError::NotAParticipant => {
                Self::new(Code::NotAParticipant, "You are not a participant in this conversation")
            }
            ChatError::Repository(error) => error.into(),
        }
    }
}

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
            CreationRefusal::NoChildNamed => {
                Self::new(Code::ChildRequired, "Please say which child the sessions are for (requested_to_id)")
            }
            CreationRefusal::ChildNotFound => Self::not_found("Child"),
            CreationRefusal::TutorNotFound => Self::not_found("Tutor"),
            CreationRefusal::BlockedByYou => blocked_by_you(),
            CreationRefusal::NotForThisChild => {
                Self::new(Code::NotForThisChild, "This tutor cannot be asked for this child")
            }
            CreationRefusal::OwnTutor => Self::new(Code::OwnTutor, "You cannot request sessions with yourself"),
            CreationRefusal::Duplicate { id, created_at } => {
                Self::new(Code::DuplicateRequest, duplicate(id.get(), created_at))
                    .with("existing_request_id", id.get())
                    .with("created_at", crate::wire::instant(created_at))
            }
            CreationRefusal::TooManyPending { limit } => Self::new(
                Code::TooManyPending,
                format!("You have {limit} pending requests. Please wait for answers or withdraw some."),
            )
            .retry_after(3600),
            CreationRefusal::TooManyRejections { retry_at, retry_after } => Self::new(
                Code::RequestCooldown,
                format!(
                    "This tutor rejected several of your requests lately. You can ask again on {}.",
                    long_date(retry_at)
                ),
            )
            .with("retry_at", crate::wire::instant(retry_at))
            .retry_after(retry_after),
            CreationRefusal::Invalid(violations) => Self::invalid(&violations),
        }
    }
}

/// The sentence that old clients show, with an English date.
fn duplicate(id: i64, created_at: DateTime<Utc>) -> String {
    format!(
        "Request already sent. You have a pending request for this package (Request ID: {id}, sent on {}). \
         Please wait for the tutor's response.",
        long_date(created_at)
    )
}

fn long_date(instant: DateTime<Utc>) -> String {
    instant.format("%B %-d, %Y").to_string()
}

impl From<ReadRequestError> for ApiError {
    fn from(error: ReadRequestError) -> Self {
        match error {
            ReadRequestError::NotATutor => tutors_only(),
            ReadRequestError::NotFound => Self::not_found("Session request"),
            ReadRequestError::Repository(error) => error.into(),
        }
    }
}

fn not_an_answering_tutor() -> ApiError {
    ApiError::new(Code::RoleRequired, "Only tutors can accept/reject session requests")
}

fn already_answered(status: RequestStatus) -> ApiError {
    ApiError::new(Code::AlreadyAnswered, format!("Session request is already {}", status.as_str()))
        .with("current_status", status.as_str())
}

impl From<AnswerError> for ApiError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::NotATutor => not_an_answering_tutor(),
            AnswerError::NotFound => Self::not_found("Session request"),
            AnswerError::AlreadyAnswered(status) => already_answered(status),
            AnswerError::Repository(error) => error.into(),
        }
    }
}

impl From<AcceptError> for ApiError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::NotATutor => not_an_answering_tutor(),
            AcceptError::NotFound => Self::not_found("Session request"),
            AcceptError::Refused(AcceptRefusal::AlreadyAnswered(status)) => already_answered(status),
            AcceptError::Refused(AcceptRefusal::Invalid(violations)) => Self::invalid(&violations),
            AcceptError::Refused(AcceptRefusal::Conflicts(conflicts)) => {
                let count = conflicts.len();
                let sessions =
                    if count == 1 { "1 session conflicts".to_owned() } else { format!("{count} sessions conflict") };
                let bodies: Vec<_> = conflicts.iter().map(ConflictBody::from).collect();
                Self::new(Code::ScheduleConflict, format!("{sessions} with what is booked; nothing was created"))
                    .with("conflicts", serde_json::to_value(bodies).unwrap_or_default())
            }
            AcceptError::Repository(error) => error.into(),
        }
    }
}
