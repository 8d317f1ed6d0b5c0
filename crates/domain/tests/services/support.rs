//! Facts that the tests of several contexts share.

use astegni_domain::accounts::{Actor, ProfileIds, Role};
use astegni_domain::ids::{DeviceId, StudentId, UserId};
use chrono::{DateTime, Utc};

/// The instant at which every test runs: a Friday morning in Addis Ababa.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

/// User 1, acting as a student with profile 8.
pub(crate) fn student() -> Actor {
    Actor {
        user_id: UserId::new(1),
        device_id: DeviceId::new(1),
        active_role: Some(Role::Student),
        profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
    }
}
