//! Who is calling.

use super::Role;
use crate::ids::{DeviceId, ParentId, StudentId, TutorId, UserId};

/// The profiles of a user, one for each role that has one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProfileIds {
    /// The student profile.
    pub student: Option<StudentId>,
    /// The tutor profile.
    pub tutor: Option<TutorId>,
    /// The parent profile.
    pub parent: Option<ParentId>,
}

/// An authenticated caller, as a verified token describes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user_id: UserId,
    /// The device that the token was issued to.
    pub device_id: DeviceId,
    /// The capacity in which the caller acts now.
    pub active_role: Option<Role>,
    /// The caller's profiles.
    pub profiles: ProfileIds,
}
