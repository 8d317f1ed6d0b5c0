//! Accounts: who somebody is, which roles they have, and on which devices they are signed in.
//!
//! Absent on purpose: anything that hashes, signs or draws random numbers. That comes through
//! [`PasswordHasher`] and [`TokenIssuer`].

mod actor;
mod device;
mod email;
mod errors;
mod password;
mod ports;
mod role;
mod service;
mod user;

pub use actor::{ActingParent, ActingStudent, ActingTutor, Actor, ProfileIds};
pub use device::{Device, NewDevice, RefreshToken, RefreshTokenState, RefreshVerdict, judge_refresh};
pub use email::{EmailAddress, Username};
pub use errors::{
    AddRoleError, ChangePasswordError, CreateAccountError, HashingError, LoginError, MeError, RefreshError,
    RegisterError, RoleRequired, SwitchRoleError,
};
pub use password::Password;
pub use ports::{AccountRepository, Credentials, DeviceRepository, PasswordHasher, RoleChange, TokenIssuer};
#[cfg(feature = "test-util")]
pub use ports::{MockAccountRepository, MockDeviceRepository, MockPasswordHasher, MockTokenIssuer};
pub use role::Role;
pub use service::{AccountService, Registration, SignedIn};
pub use user::{NewAccount, ProfileChanges, User, birth_date};
