//! The refusals of accounts.

use astegni_domain::accounts::{
    AddRoleError, ChangePasswordError, HashingError, LoginError, MeError, RefreshError, RegisterError, Role,
    RoleRequired, SwitchRoleError,
};

use crate::adapters::GateError;
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
