//! The rule of role changes: adding a role, or switching to one.

use super::{Role, RoleChangeError, User};
use crate::ids::UserId;

/// A role change that a user asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleChange {
    /// The user takes a further role, which becomes active.
    Add {
        /// The role to take.
        role: Role,
        /// The stored hash that the confirming password matched.
        checked_hash: Option<String>,
    },
    /// The user acts in a role that they have.
    Switch(Role),
}

/// The resulting state of an account, with the facts that the decision relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChangePlan {
    /// The account to change.
    pub user_id: UserId,
    /// The roles that the decision is based on. The write is a conflict where the account has others.
    pub held: Vec<Role>,
    /// The password hash that the decision is based on, if any. The write is a conflict where it has changed.
    pub checked_hash: Option<String>,
    /// The roles that the account gets, in the order in which they were taken.
    pub roles: Vec<Role>,
    /// The role that becomes active.
    pub active_role: Role,
    /// The role to create a profile for, if its profile is missing.
    pub new_profile: Option<Role>,
}

/// Decides a role change: a role is added at most once, and only a role that the user has can be active.
pub fn plan_role_change(user: &User, change: RoleChange) -> Result<RoleChangePlan, RoleChangeError> {
    let mut roles = user.roles.clone();
    let (role, checked_hash) = match change {
        RoleChange::Add { role, .. } if roles.contains(&role) => return Err(RoleChangeError::AlreadyHeld(role)),
        RoleChange::Add { role, checked_hash } => {
            roles.push(role);
            (role, checked_hash)
        }
        RoleChange::Switch(role) if !roles.contains(&role) => return Err(RoleChangeError::NotHeld(role)),
        RoleChange::Switch(role) => (role, None),
    };
    Ok(RoleChangePlan {
        user_id: user.id,
        held: user.roles.clone(),
        checked_hash,
        roles,
        active_role: role,
        new_profile: user.profiles.lack(role).then_some(role),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Tz;

    use super::*;
    use crate::accounts::ProfileIds;
    use crate::ids::{ParentId, StudentId};

    fn user(roles: &[Role]) -> User {
        User {
            id: UserId::new(1),
            email: None,
            username: None,
            first_name: None,
            last_name: None,
            father_name: None,
            grandfather_name: None,
            phone: None,
            date_of_birth: None,
            roles: roles.to_vec(),
            active_role: roles.first().copied(),
            profiles: ProfileIds {
                student: Some(StudentId::new(8)),
                parent: Some(ParentId::new(9)),
                ..ProfileIds::default()
            },
            time_zone: Tz::UTC,
            is_private: false,
            profile_picture: None,
            is_active: true,
            email_verified: false,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn add(role: Role) -> RoleChange {
        RoleChange::Add { role, checked_hash: Some("hash".to_owned()) }
    }

    #[test]
    fn an_added_role_comes_last_becomes_active_and_gets_its_profile() {
        let plan = plan_role_change(&user(&[Role::Student]), add(Role::Tutor)).unwrap();
        let expected = RoleChangePlan {
            user_id: UserId::new(1),
            held: vec![Role::Student],
            checked_hash: Some("hash".to_owned()),
            roles: vec![Role::Student, Role::Tutor],
            active_role: Role::Tutor,
            new_profile: Some(Role::Tutor),
        };
        assert_eq!(plan, expected);
        let first = plan_role_change(&user(&[]), add(Role::Parent)).unwrap();
        assert_eq!((first.roles, first.new_profile), (vec![Role::Parent], None), "the profile exists");
    }

    #[test]
    fn a_switch_changes_the_active_role_only() {
        let plan = plan_role_change(&user(&[Role::Student, Role::Parent]), RoleChange::Switch(Role::Parent)).unwrap();
        let expected = RoleChangePlan {
            user_id: UserId::new(1),
            held: vec![Role::Student, Role::Parent],
            checked_hash: None,
            roles: vec![Role::Student, Role::Parent],
            active_role: Role::Parent,
            new_profile: None,
        };
        assert_eq!(plan, expected);
    }

    #[test]
    fn a_role_is_added_once_and_only_a_held_role_becomes_active() {
        let user = user(&[Role::Student]);
        assert!(matches!(
            plan_role_change(&user, add(Role::Student)),
            Err(RoleChangeError::AlreadyHeld(Role::Student))
        ));
        for role in [Role::Tutor, Role::Parent, Role::Admin] {
            let refused = plan_role_change(&user, RoleChange::Switch(role));
            assert!(matches!(refused, Err(RoleChangeError::NotHeld(named)) if named == role), "{role:?}");
        }
    }
}
