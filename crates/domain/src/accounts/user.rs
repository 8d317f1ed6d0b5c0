//! A user's account.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{EmailAddress, ProfileIds, Role, Username};
use crate::ids::UserId;
use crate::validation::Invalid;

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Whose account it is.
    pub id: UserId,
    /// Null for a child without a login.
    pub email: Option<EmailAddress>,
    /// The public handle.
    pub username: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The father's name, second of the three of an Ethiopian name.
    pub father_name: Option<String>,
    /// The grandfather's name, third of the three.
    pub grandfather_name: Option<String>,
    /// As given.
    pub phone: Option<String>,
    /// A civil date.
    pub date_of_birth: Option<NaiveDate>,
    /// In the order in which they were taken.
    pub roles: Vec<Role>,
    /// The one in which the user acts.
    pub active_role: Option<Role>,
    /// The profiles behind the roles.
    pub profiles: ProfileIds,
    /// Where the user's wall clock hangs.
    pub time_zone: Tz,
    /// Whether a follow needs the user's consent.
    pub is_private: bool,
    /// A URL.
    pub profile_picture: Option<String>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// When the account was made, an instant.
    pub created_at: DateTime<Utc>,
}

impl User {
    /// The name that others read.
    pub fn display_name(&self) -> String {
        display_name(
            [&self.first_name, &self.father_name, &self.grandfather_name, &self.last_name],
            self.username.as_deref(),
            self.id,
        )
    }
}

/// Joins the parts of a name that are there; a handle or, at last, a number stands in for none.
pub(crate) fn display_name(parts: [&Option<String>; 4], username: Option<&str>, id: UserId) -> String {
    let name = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    if name.is_empty() { username.map_or_else(|| format!("User {id}"), str::to_owned) } else { name }
}

/// What an account is made of. Every role gets its profile with the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// None for a child without a login.
    pub email: Option<EmailAddress>,
    /// See [`User::username`].
    pub username: Option<Username>,
    /// The hash in PHC string format; none for a child without a login.
    pub password_hash: Option<String>,
    /// Names, phone, birth, zone and privacy.
    pub profile: ProfileChanges,
    /// See [`User::time_zone`]; it stands in for the one in the profile.
    pub time_zone: Tz,
    /// Without repetitions; the first is active.
    pub roles: Vec<Role>,
    /// When, an instant.
    pub created_at: DateTime<Utc>,
}

/// What a user changes about themselves. `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    /// See [`User::first_name`].
    pub first_name: Option<String>,
    /// See [`User::last_name`].
    pub last_name: Option<String>,
    /// See [`User::father_name`].
    pub father_name: Option<String>,
    /// See [`User::grandfather_name`].
    pub grandfather_name: Option<String>,
    /// See [`User::phone`].
    pub phone: Option<String>,
    /// See [`User::date_of_birth`].
    pub date_of_birth: Option<NaiveDate>,
    /// See [`User::time_zone`].
    pub time_zone: Option<Tz>,
    /// See [`User::is_private`].
    pub is_private: Option<bool>,
    /// See [`User::profile_picture`].
    pub profile_picture: Option<String>,
}

/// Checks a date of birth against the day on which it is given: not in the future, nobody is 130.
pub fn birth_date(date: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Invalid> {
    match today.years_since(date) {
        None => Err(Invalid::new("in_future", "must not be in the future")),
        Some(years) if years > 130 => Err(Invalid::new("too_long_ago", "must be within the last 130 years")),
        Some(_) => Ok(date),
    }
}
