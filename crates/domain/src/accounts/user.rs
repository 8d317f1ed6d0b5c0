//! The account of a user.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{EmailAddress, ProfileChanges, ProfileIds, Role, Username};
use crate::ids::UserId;

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The key of everything that concerns the user.
    pub id: UserId,
    /// The address to log in with; `None` for a child without a login.
    pub email: Option<EmailAddress>,
    /// The public handle.
    pub username: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The father's name, second of the three parts of an Ethiopian name.
    pub father_name: Option<String>,
    /// The grandfather's name, third of the three parts of an Ethiopian name.
    pub grandfather_name: Option<String>,
    /// The phone number as the user wrote it.
    pub phone: Option<String>,
    /// The date of birth, a civil date.
    pub date_of_birth: Option<NaiveDate>,
    /// The roles in the order in which they were taken.
    pub roles: Vec<Role>,
    /// The role in which the user acts.
    pub active_role: Option<Role>,
    /// The profiles that belong to the roles.
    pub profiles: ProfileIds,
    /// The zone of the user's wall clock.
    pub time_zone: Tz,
    /// Whether following the user needs their consent.
    pub is_private: bool,
    /// The absolute URL of a picture.
    pub profile_picture: Option<String>,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the user has proved that they receive mail at the address.
    pub email_verified: bool,
    /// The instant at which the account was created.
    pub created_at: DateTime<Utc>,
}

impl User {
    /// Returns the name that other users see.
    pub fn display_name(&self) -> String {
        display_name(
            [&self.first_name, &self.father_name, &self.grandfather_name, &self.last_name],
            self.username.as_deref(),
            self.id,
        )
    }
}

/// Joins the parts of a name. If there are none, the handle is used instead, or else the id.
pub(crate) fn display_name(parts: [&Option<String>; 4], username: Option<&str>, id: UserId) -> String {
    let name = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    if name.is_empty() { username.map_or_else(|| format!("User {id}"), str::to_owned) } else { name }
}

/// An account to create, with a profile for each of its roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The address to log in with; `None` for a child without a login.
    pub email: Option<EmailAddress>,
    /// The public handle.
    pub username: Option<Username>,
    /// The hash in PHC string format; `None` for a child without a login.
    pub password_hash: Option<String>,
    /// The personal fields.
    pub profile: ProfileChanges,
    /// The zone of the user's wall clock. It takes precedence over the one in `profile`.
    pub time_zone: Tz,
    /// The roles, without repetitions; the first becomes active.
    pub roles: Vec<Role>,
    /// The instant of creation.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_joined_from_its_parts_or_else_the_handle_or_the_id() {
        let some = |part: &str| Some(part.to_owned());
        let id = UserId::new(7);
        let name = |parts: [Option<String>; 4], username| display_name(parts.each_ref(), username, id);
        let parts = [some("Abebe"), some("Bikila"), some("Demissie"), some("Wami")];
        assert_eq!(name(parts, Some("abebe")), "Abebe Bikila Demissie Wami");
        assert_eq!(name([None, some("Bikila"), None, None], Some("abebe")), "Bikila");
        assert_eq!(name([None, None, None, None], Some("abebe")), "abebe");
        assert_eq!(name([None, None, None, None], None), "User 7");
    }
}
