//! Facts that decisions about sessions need.

use crate::ids::UserId;
use crate::schedule::{Parties, Session};

/// The people on the student's side of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourseContact {
    /// The user who requested the course.
    pub requester: UserId,
    /// Whether the requester is an active guardian of the student.
    pub requester_is_guardian: bool,
    /// Whether a block separates the tutor from the student or from the requester.
    pub is_blocked: bool,
}

impl CourseContact {
    /// Returns the user in whose conversation with the tutor changes are announced: the requester, or the student, if the
    /// requester's guardianship has ended.
    pub fn correspondent(self, parties: Parties) -> UserId {
        if self.requester_is_guardian { self.requester } else { parties.student }
    }
}

/// Facts that a change of a session needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    /// The session to change.
    pub session: Session,
    /// The scheduled sessions of its series that start later, ascending; empty unless the change concerns them.
    pub following: Vec<Session>,
    /// The people on the student's side.
    pub contact: CourseContact,
}
