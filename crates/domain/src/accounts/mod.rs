//! Accounts: the identity of a user, the roles, and the devices that the user is signed in on.
//!
//! Deliberately absent: hashing, signing and random numbers. They come through [`PasswordHasher`] and
//! [`TokenIssuer`].

mod actor;
mod device;
mod email;
mod errors;
mod password;
mod ports;
mod profile;
mod role;
mod role_change;
mod service;
mod user;
mod username;

pub use actor::{ActingParent, ActingStudent, ActingTutor, Actor, ProfileIds};
pub use device::{
    Device, NewDevice, RefreshToken, RefreshTokenState, RefreshVerdict, SPENT_TOKENS_KEPT, judge_refresh,
    surplus_unspent,
};
pub use email::EmailAddress;
pub use errors::{
    ChangePasswordError, CreateAccountError, HashingError, LoginError, MeError, RefreshError, RegisterError,
    RoleChangeError, RoleRequired,
};
pub use password::Password;
pub use ports::{AccountRepository, Credentials, DeviceRepository, PasswordHasher, TokenIssuer};
#[cfg(feature = "test-util")]
pub use ports::{MockAccountRepository, MockDeviceRepository, MockPasswordHasher, MockTokenIssuer};
pub use profile::{ProfileChanges, parse_birth_date, person_name, phone_number, profile_picture};
pub use role::{Role, parse_roles};
pub use role_change::{RoleChange, RoleChangePlan, plan_role_change};
pub use service::{AccountService, Registration, SignedIn};
pub use user::{NewAccount, User};
pub use username::Username;
