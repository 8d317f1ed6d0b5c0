//! Bodies that several endpoints of accounts share.

use std::collections::BTreeMap;

use astegni_domain::accounts::{ProfileChanges, Role, SignedIn, User, birth_date};
use astegni_domain::schedule::{parse_date, parse_zone};
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::adapters::role_ids;
use crate::wire;

/// An account as its owner sees it. What is unset is null.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: i64,
    /// The same as `id`.
    user_id: i64,
    email: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    /// The name that others read.
    name: String,
    phone: Option<String>,
    /// Civil date.
    date_of_birth: Option<String>,
    roles: Vec<&'static str>,
    active_role: Option<&'static str>,
    /// The profile behind each role.
    role_ids: BTreeMap<&'static str, i64>,
    /// IANA name.
    time_zone: &'static str,
    /// Whether a follow needs consent.
    is_private: bool,
    profile_picture: Option<String>,
    is_active: bool,
    email_verified: bool,
    /// Instant.
    created_at: String,
}

impl From<&User> for UserBody {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.get(),
            user_id: user.id.get(),
            email: user.email.as_ref().map(ToString::to_string),
            username: user.username.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            father_name: user.father_name.clone(),
            grandfather_name: user.grandfather_name.clone(),
            name: user.display_name(),
            phone: user.phone.clone(),
            date_of_birth: user.date_of_birth.map(wire::date),
            roles: role_words(&user.roles),
            active_role: user.active_role.map(Role::as_str),
            role_ids: role_ids(&user.profiles).collect(),
            time_zone: user.time_zone.name(),
            is_private: user.is_private,
            profile_picture: user.profile_picture.clone(),
            is_active: user.is_active,
            email_verified: user.email_verified,
            created_at: wire::instant(user.created_at),
        }
    }
}

/// The words of some roles.
pub(super) fn role_words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

/// Fresh tokens for a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenBody {
    success: bool,
    access_token: String,
    refresh_token: String,
    /// Always `bearer`.
    token_type: &'static str,
    /// For how many seconds the access token lives.
    expires_in: i64,
    user: UserBody,
}

impl From<SignedIn> for TokenBody {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            success: true,
            user: UserBody::from(&signed_in.user),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "bearer",
            expires_in: signed_in.expires_in,
        }
    }
}

/// Fresh tokens after a change of roles.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleChangedBody {
    message: String,
    active_role: Option<&'static str>,
    user_roles: Vec<&'static str>,
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
}

impl RoleChangedBody {
    pub(super) fn new(message: String, signed_in: SignedIn) -> Self {
        Self {
            message,
            active_role: signed_in.user.active_role.map(Role::as_str),
            user_roles: role_words(&signed_in.user.roles),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "bearer",
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DoneBody {
    pub(super) message: &'static str,
    pub(super) success: bool,
}

/// What a person says of themselves.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct PersonFields {
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    phone: Option<String>,
    /// Civil date, not in the future.
    date_of_birth: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
    /// Whether a follow needs consent.
    is_private: Option<bool>,
    /// A URL.
    profile_picture: Option<String>,
}

const LONGEST_NAME: usize = 100;

impl PersonFields {
    pub(super) fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> ProfileChanges {
        let name = |input: String| text::line(&input, LONGEST_NAME);
        let today = now.date_naive();
        ProfileChanges {
            first_name: violations.check_some("first_name", self.first_name, name),
            last_name: violations.check_some("last_name", self.last_name, name),
            father_name: violations.check_some("father_name", self.father_name, name),
            grandfather_name: violations.check_some("grandfather_name", self.grandfather_name, name),
            phone: violations.check_some("phone", self.phone, |input| phone(&input)),
            date_of_birth: violations
                .check_some("date_of_birth", self.date_of_birth, |input| birth_date(parse_date(&input)?, today)),
            time_zone: violations.check_some("time_zone", self.time_zone, |input| parse_zone(&input)),
            is_private: self.is_private,
            profile_picture: violations.check_some("profile_picture", self.profile_picture, |input| url(&input)),
        }
    }
}

fn phone(input: &str) -> Result<String, Invalid> {
    let phone = text::line(input, 30)?;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let sound = phone.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    if sound && (5..=20).contains(&digits) {
        Ok(phone)
    } else {
        Err(Invalid::new("invalid_phone", "must be a phone number"))
    }
}

/// A web address, or a path on the same site, as the old platform kept pictures.
fn url(input: &str) -> Result<String, Invalid> {
    let url = text::line(input, 500)?;
    if ["https://", "http://", "/"].iter().any(|start| url.starts_with(start)) && !url.contains(' ') {
        Ok(url)
    } else {
        Err(Invalid::new("invalid_url", "must be a URL"))
    }
}
