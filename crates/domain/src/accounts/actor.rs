//! Authenticated callers and the capabilities that their roles give them.

use super::{Role, RoleRequired};
use crate::ids::{DeviceId, ParentId, StudentId, TutorId, UserId};

/// The profiles of a user, at most one per role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after the role whose profile it identifies")]
pub struct ProfileIds {
    pub student: Option<StudentId>,
    pub tutor: Option<TutorId>,
    pub parent: Option<ParentId>,
}

impl ProfileIds {
    /// Returns whether the user lacks the profile that a role needs. Admins need none.
    pub fn lack(&self, role: Role) -> bool {
        match role {
            Role::Student => self.student.is_none(),
            Role::Tutor => self.tutor.is_none(),
            Role::Parent => self.parent.is_none(),
            Role::Admin => false,
        }
    }
}

/// An authenticated caller, as described by a verified access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The account that the token was issued to.
    pub user_id: UserId,
    /// The device that the token was issued to.
    pub device_id: DeviceId,
    /// The role that the caller has chosen to act in.
    pub active_role: Option<Role>,
    /// The caller's profiles, whichever role is active.
    pub profiles: ProfileIds,
}

/// A caller who has a tutor profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields identify the account and its profile")]
pub struct ActingTutor {
    pub user: UserId,
    pub profile: TutorId,
}

/// A caller who has a student profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields identify the account and its profile")]
pub struct ActingStudent {
    pub user: UserId,
    pub profile: StudentId,
}

/// A caller who has a parent profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields identify the account and its profile")]
pub struct ActingParent {
    pub user: UserId,
    pub profile: ParentId,
}

impl Actor {
    /// Returns the caller as a tutor, whichever role is active.
    pub fn tutor(&self) -> Result<ActingTutor, RoleRequired> {
        let profile = self.profiles.tutor.ok_or(RoleRequired(Role::Tutor))?;
        Ok(ActingTutor { user: self.user_id, profile })
    }

    /// Returns the caller as a student, whichever role is active.
    pub fn student(&self) -> Result<ActingStudent, RoleRequired> {
        let profile = self.profiles.student.ok_or(RoleRequired(Role::Student))?;
        Ok(ActingStudent { user: self.user_id, profile })
    }

    /// Returns the caller as a parent, whichever role is active.
    pub fn parent(&self) -> Result<ActingParent, RoleRequired> {
        let profile = self.profiles.parent.ok_or(RoleRequired(Role::Parent))?;
        Ok(ActingParent { user: self.user_id, profile })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_requires_its_profile_and_carries_both_ids() {
        let nobody = Actor {
            user_id: UserId::new(1),
            device_id: DeviceId::new(2),
            active_role: Some(Role::Tutor),
            profiles: ProfileIds::default(),
        };
        assert_eq!(nobody.tutor(), Err(RoleRequired(Role::Tutor)));
        assert_eq!(nobody.student(), Err(RoleRequired(Role::Student)));
        assert_eq!(nobody.parent(), Err(RoleRequired(Role::Parent)));

        let profiles = ProfileIds {
            student: Some(StudentId::new(3)),
            tutor: Some(TutorId::new(4)),
            parent: Some(ParentId::new(5)),
        };
        let user = UserId::new(1);
        let everyone = Actor { profiles, ..nobody };
        assert_eq!(everyone.tutor(), Ok(ActingTutor { user, profile: TutorId::new(4) }));
        assert_eq!(everyone.student(), Ok(ActingStudent { user, profile: StudentId::new(3) }));
        assert_eq!(everyone.parent(), Ok(ActingParent { user, profile: ParentId::new(5) }));
        for (role, needs_profile) in
            [(Role::Student, true), (Role::Tutor, true), (Role::Parent, true), (Role::Admin, false)]
        {
            assert_eq!(nobody.profiles.lack(role), needs_profile, "{role:?}");
            assert!(!everyone.profiles.lack(role), "{role:?}");
        }
    }
}
