//! Response bodies that several endpoints of accounts share.

use std::collections::BTreeMap;

use astegni_domain::accounts::{Role, SignedIn, User};
use serde::Serialize;
use utoipa::ToSchema;

use crate::adapters::role_ids;
use crate::wire;

/// An account as its owner sees it. Unset fields are null.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: i64,
    /// Same value as `id`.
    user_id: i64,
    email: Option<String>,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    /// The name that other users see.
    name: String,
    phone: Option<String>,
    /// Civil date `YYYY-MM-DD`.
    date_of_birth: Option<String>,
    /// Names of the roles, in the order in which they were taken.
    roles: Vec<&'static str>,
    active_role: Option<&'static str>,
    /// Profile id of each role.
    role_ids: BTreeMap<&'static str, i64>,
    /// IANA name of the time zone.
    time_zone: &'static str,
    /// Whether following the user needs their consent.
    is_private: bool,
    profile_picture: Option<String>,
    is_active: bool,
    email_verified: bool,
    /// RFC 3339 instant in UTC of the registration.
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
            roles: role_names(&user.roles),
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

/// Returns the names of roles.
pub(super) fn role_names(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.as_str()).collect()
}

/// Fresh tokens of a user.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenBody {
    success: bool,
    access_token: String,
    refresh_token: String,
    /// The constant `bearer`.
    token_type: &'static str,
    /// Lifetime of the access token in seconds.
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

/// Fresh tokens after a role change.
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
            user_roles: role_names(&signed_in.user.roles),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "bearer",
        }
    }
}

/// The confirmation of a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SuccessBody {
    pub(super) message: &'static str,
    pub(super) success: bool,
}
