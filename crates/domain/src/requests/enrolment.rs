//! Who learns from a tutor.

use chrono::{DateTime, Utc};

use super::RequesterType;
use crate::ids::{EnrolmentId, StudentId, UserId};

/// A student of a tutor's, with the latest enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledStudent {
    /// The latest enrolment.
    pub enrolment_id: EnrolmentId,
    /// The student's profile.
    pub student_id: StudentId,
    /// The user behind it.
    pub student_user_id: UserId,
    /// The student's name.
    pub student_name: String,
    /// The student's grade.
    pub student_grade: Option<String>,
    /// The student's picture, a URL.
    pub profile_picture: Option<String>,
    /// The package of the latest enrolment.
    pub package_name: Option<String>,
    /// The requester's phone.
    pub contact_phone: Option<String>,
    /// The requester's address.
    pub contact_email: Option<String>,
    /// When it was accepted, an instant.
    pub accepted_at: DateTime<Utc>,
    /// In what capacity it was asked for.
    pub requester_type: RequesterType,
}
