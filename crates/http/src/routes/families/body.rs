//! Families on the wire.

use astegni_domain::families::{Child, Guardian};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// A child in your care, or whom you asked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChildBody {
    /// The student profile: what `requested_to_id` names.
    id: i64,
    user_id: i64,
    /// Null until the student has consented.
    name: Option<String>,
    /// Null until the student has consented.
    grade_level: Option<String>,
    /// `invited` or `active`.
    status: &'static str,
    /// `created` where you made the account, `invited` where the student was asked.
    origin: &'static str,
    /// Whether the child can log in.
    has_login: bool,
    /// Instant.
    created_at: String,
}

impl From<Child> for ChildBody {
    fn from(child: Child) -> Self {
        Self {
            id: child.guardianship.student.get(),
            user_id: child.user_id.get(),
            name: child.name,
            grade_level: child.grade_level,
            status: child.guardianship.status.as_str(),
            origin: child.origin.as_str(),
            has_login: child.has_login,
            created_at: wire::instant(child.created_at),
        }
    }
}

/// Somebody who may act for you, asked to, or once did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct GuardianBody {
    /// The guardianship.
    id: i64,
    parent_user_id: i64,
    parent_name: String,
    /// `invited`, `active`, `rejected` or `ended`.
    status: &'static str,
    /// `created` or `invited`.
    origin: &'static str,
    /// Instant.
    created_at: String,
    /// Instant.
    responded_at: Option<String>,
    /// Instant.
    ended_at: Option<String>,
}

impl From<Guardian> for GuardianBody {
    fn from(guardian: Guardian) -> Self {
        Self {
            id: guardian.guardianship.id.get(),
            parent_user_id: guardian.guardianship.parent.get(),
            parent_name: guardian.name,
            status: guardian.guardianship.status.as_str(),
            origin: guardian.origin.as_str(),
            created_at: wire::instant(guardian.created_at),
            responded_at: guardian.responded_at.map(wire::instant),
            ended_at: guardian.ended_at.map(wire::instant),
        }
    }
}
