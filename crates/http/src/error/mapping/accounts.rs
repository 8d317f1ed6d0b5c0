//! Errors of accounts.

use astegni_domain::accounts::{
    ChangePasswordError, HashingError, LoginError, MeError, RefreshError, RegisterError, Role, RoleChangeError,
    RoleRequired,
};

use crate::adapters::AuthenticationError;
use crate::error::{ApiError, Code};

impl From<HashingError> for ApiError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::unavailable(&error),
            HashingError::Failed(_) => Self::internal(&error),
        }
    }
}

impl From<RoleRequired> for ApiError {
    fn from(RoleRequired(role): RoleRequired) -> Self {
        let detail = match role {
            Role::Student => "Only students can access this endpoint",
            Role::Tutor => "Only tutors can access this endpoint",
            Role::Parent => "Only parents can access this endpoint",
            Role::Admin => "Only admins can access this endpoint",
        };
        Self::new(Code::RoleRequired, detail)
    }
}

impl From<AuthenticationError> for ApiError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::InvalidToken => Self::invalid_token(),
            AuthenticationError::Repository(error) => error.into(),
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

impl From<RoleChangeError> for ApiError {
    fn from(error: RoleChangeError) -> Self {
        match error {
            RoleChangeError::AlreadyHeld(role) => {
                Self::new(Code::RoleAlreadyHeld, format!("You already have the {} role", role.as_str()))
            }
            RoleChangeError::NotHeld(role) => {
                Self::new(Code::RoleNotHeld, format!("User does not have {} role", role.as_str()))
            }
            RoleChangeError::WrongPassword => Self::new(Code::WrongPassword, "Invalid password"),
            RoleChangeError::SignedOut => Self::invalid_token(),
            RoleChangeError::Hashing(error) => error.into(),
            RoleChangeError::Repository(error) => error.into(),
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
