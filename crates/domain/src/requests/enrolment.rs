//! Students who are enrolled with a tutor.

use chrono::{DateTime, Utc};

use super::{Contact, RequestStatus, RequesterContact, RequesterType};
use crate::ids::{EnrolmentId, StudentId, UserId};

/// The state of the payment for an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing has been paid yet.
    Pending,
}

impl PaymentStatus {
    /// Returns the name used in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The status of an enrolment and of its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum EnrolmentStatus {
    /// The tutor teaches the student.
    Active,
}

impl EnrolmentStatus {
    /// Returns the name used in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A student's latest enrolment with a tutor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The id of the enrolment.
    pub id: EnrolmentId,
    /// The student's profile.
    pub student_id: StudentId,
    /// The student's account.
    pub student_user_id: UserId,
    /// The student's name.
    pub student_name: String,
    /// The student's grade.
    pub student_grade: Option<String>,
    /// The URL of the student's picture.
    pub profile_picture: Option<String>,
    /// The name that the package had when it was requested.
    pub package_name: Option<String>,
    /// The instant of the acceptance.
    pub accepted_at: DateTime<Utc>,
    /// The capacity in which the sessions were requested.
    pub requester_type: RequesterType,
}

/// A stored enrolment. It reaches the tutor as an [`EnrolledStudent`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after its type")]
pub struct EnrolmentRecord {
    pub enrolment: Enrolment,
    pub contact: RequesterContact,
}

/// An enrolment as its tutor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is named after its type")]
pub struct EnrolledStudent {
    pub enrolment: Enrolment,
    pub contact: Contact,
}

impl EnrolmentRecord {
    /// Returns the enrolment as its tutor sees it.
    #[must_use]
    pub fn shown_to_tutor(self, tutor: UserId) -> EnrolledStudent {
        // Only accepted requests have an enrolment.
        let contact = self.contact.shown_to(tutor, tutor, RequestStatus::Accepted);
        EnrolledStudent { enrolment: self.enrolment, contact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_enrolment_is_stored_as_active_and_unpaid() {
        assert_eq!((EnrolmentStatus::Active.as_str(), PaymentStatus::Pending.as_str()), ("active", "pending"));
    }

    #[test]
    fn a_block_hides_contact_data_from_the_tutor() {
        let record = |blocked| EnrolmentRecord {
            enrolment: Enrolment {
                id: EnrolmentId::new(1),
                student_id: StudentId::new(8),
                student_user_id: UserId::new(6),
                student_name: "Student".to_owned(),
                student_grade: None,
                profile_picture: None,
                package_name: None,
                accepted_at: DateTime::UNIX_EPOCH,
                requester_type: RequesterType::Parent,
            },
            contact: RequesterContact {
                requester: UserId::new(1),
                phone: Some("+251".to_owned()),
                email: None,
                blocked,
            },
        };
        let shown = record(false).shown_to_tutor(UserId::new(3));
        assert_eq!(shown.enrolment, record(false).enrolment);
        assert_eq!(shown.contact, Contact { phone: Some("+251".to_owned()), email: None });
        assert_eq!(record(true).shown_to_tutor(UserId::new(3)).contact, Contact::default());
    }
}
