//! Children and guardians as lists show them.

use chrono::{DateTime, Utc};

use super::{Guardianship, GuardianshipStatus, Origin};
use crate::ids::UserId;

/// A student under an open guardianship, as stored, before the student's consent is considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRecord {
    /// The parent's guardianship over the student.
    pub guardianship: Guardianship,
    /// The origin of the guardianship.
    pub origin: Origin,
    /// The account behind the student profile.
    pub user_id: UserId,
    /// The student's display name.
    pub name: String,
    /// The student's grade, if set.
    pub grade_level: Option<String>,
    /// Whether the student can log in.
    pub has_login: bool,
    /// The instant at which the guardianship or invitation was created.
    pub created_at: DateTime<Utc>,
}

/// A child as the parent sees them. Until the student consents, the parent learns nothing that identifies them:
/// an e-mail address must not lead to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The parent's guardianship over the student.
    pub guardianship: Guardianship,
    /// The origin of the guardianship.
    pub origin: Origin,
    /// The account behind the student profile; none before consent.
    pub user_id: Option<UserId>,
    /// The student's display name; none before consent.
    pub name: Option<String>,
    /// The student's grade; none if unset or before consent.
    pub grade_level: Option<String>,
    /// Whether the student can log in.
    pub has_login: bool,
    /// The instant at which the guardianship or invitation was created.
    pub created_at: DateTime<Utc>,
}

impl From<ChildRecord> for Child {
    fn from(record: ChildRecord) -> Self {
        let consented = record.guardianship.status == GuardianshipStatus::Active;
        Self {
            guardianship: record.guardianship,
            origin: record.origin,
            user_id: consented.then_some(record.user_id),
            name: consented.then_some(record.name),
            grade_level: record.grade_level.filter(|_| consented),
            has_login: record.has_login,
            created_at: record.created_at,
        }
    }
}

/// A guardian, present or past, as the student sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardian {
    /// The parent's guardianship over the student.
    pub guardianship: Guardianship,
    /// The origin of the guardianship.
    pub origin: Origin,
    /// The parent's display name.
    pub name: String,
    /// The instant at which the guardianship or invitation was created.
    pub created_at: DateTime<Utc>,
    /// The instant of the student's answer, if there was one.
    pub responded_at: Option<DateTime<Utc>>,
    /// The instant at which the guardianship ended.
    pub ended_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::ids::{GuardianshipId, StudentId};

    #[test]
    fn a_student_is_identified_to_the_parent_only_after_consent() {
        for status in GuardianshipStatus::VARIANTS {
            let guardianship = Guardianship {
                id: GuardianshipId::new(1),
                parent: UserId::new(2),
                student: StudentId::new(3),
                status: *status,
            };
            let record = ChildRecord {
                guardianship,
                origin: Origin::Invited,
                user_id: UserId::new(4),
                name: "Liya".to_owned(),
                grade_level: Some("Grade 4".to_owned()),
                has_login: true,
                created_at: DateTime::UNIX_EPOCH,
            };
            let active = *status == GuardianshipStatus::Active;
            let expected = Child {
                guardianship,
                origin: Origin::Invited,
                user_id: active.then_some(UserId::new(4)),
                name: active.then(|| "Liya".to_owned()),
                grade_level: active.then(|| "Grade 4".to_owned()),
                has_login: true,
                created_at: DateTime::UNIX_EPOCH,
            };
            assert_eq!(Child::from(record), expected);
        }
    }
}
