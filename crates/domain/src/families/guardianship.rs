//! A guardianship and its life.

use chrono::{DateTime, Utc};

use crate::ids::{GuardianshipId, StudentId, UserId};

/// Where a guardianship stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum GuardianshipStatus {
    /// Waits for the student.
    Invited,
    /// The parent may act for the student.
    Active,
    /// The student said no.
    Rejected,
    /// Over.
    Ended,
}

impl GuardianshipStatus {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The transition table: what a step makes of a status, or the status that forbids it.
    pub fn step(self, step: GuardianStep) -> Result<Self, Self> {
        match (self, step) {
            (Self::Invited, GuardianStep::Accept) => Ok(Self::Active),
            (Self::Invited, GuardianStep::Reject) => Ok(Self::Rejected),
            (Self::Invited | Self::Active, GuardianStep::End) => Ok(Self::Ended),
            (status, _) => Err(status),
        }
    }
}

/// What may happen to a guardianship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum GuardianStep {
    /// The student consents.
    Accept,
    /// The student says no.
    Reject,
    /// Either of the two ends it.
    End,
}

/// How a guardianship came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// The parent made the child's account.
    Created,
    /// The student was asked.
    Invited,
}

impl Origin {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A guardianship, as far as the rules know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guardianship {
    /// Which.
    pub id: GuardianshipId,
    /// Who may act.
    pub parent: UserId,
    /// For whom.
    pub student: StudentId,
    /// Where it stands.
    pub status: GuardianshipStatus,
}

/// Facts that decisions about an existing guardianship need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardianshipFacts {
    /// The guardianship itself.
    pub guardianship: Guardianship,
    /// The account behind the student profile.
    pub student_user: UserId,
    /// Whether the student can log in.
    pub student_has_login: bool,
    /// Whether another parent has an active guardianship over the student.
    pub has_other_guardian: bool,
}

impl GuardianshipFacts {
    /// Returns whether the end of this guardianship would leave a child without a login and without a guardian.
    pub fn is_last_guardian(&self) -> bool {
        self.guardianship.status == GuardianshipStatus::Active && !self.student_has_login && !self.has_other_guardian
    }
}

/// The evidence kept of a step in the life of a guardianship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The account that acted.
    pub by: UserId,
    /// The instant of the step.
    pub at: DateTime<Utc>,
    /// The network address that the call came from, if known.
    pub address: Option<String>,
}

/// A child, as the parent sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The guardianship.
    pub guardianship: Guardianship,
    /// How it came to be.
    pub origin: Origin,
    /// The user behind the student's profile.
    pub user_id: UserId,
    /// The student's name; none until the student has consented.
    pub name: Option<String>,
    /// The student's grade; none until the student has consented.
    pub grade_level: Option<String>,
    /// Whether the student can log in.
    pub has_login: bool,
    /// When it began, an instant.
    pub created_at: DateTime<Utc>,
}

/// A guardian, as the student sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardian {
    /// The guardianship.
    pub guardianship: Guardianship,
    /// How it came to be.
    pub origin: Origin,
    /// The parent's name.
    pub name: String,
    /// When it began, an instant.
    pub created_at: DateTime<Utc>,
    /// When the student answered, an instant.
    pub responded_at: Option<DateTime<Utc>>,
    /// When it ended, an instant.
    pub ended_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn only_the_sole_active_guardian_of_a_child_without_a_login_is_the_last_one() {
        for &status in GuardianshipStatus::VARIANTS {
            for (student_has_login, has_other_guardian) in [(false, false), (false, true), (true, false), (true, true)]
            {
                let guardianship = Guardianship {
                    id: GuardianshipId::new(1),
                    parent: UserId::new(2),
                    student: StudentId::new(3),
                    status,
                };
                let student_user = UserId::new(4);
                let facts = GuardianshipFacts { guardianship, student_user, student_has_login, has_other_guardian };
                let expected =
                    (status, student_has_login, has_other_guardian) == (GuardianshipStatus::Active, false, false);
                assert_eq!(facts.is_last_guardian(), expected, "{facts:?}");
            }
        }
    }

    #[test]
    fn the_whole_table() {
        use GuardianStep::{Accept, End, Reject};
        use GuardianshipStatus::{Active, Ended, Invited, Rejected};
        let table = [
            (Invited, Accept, Ok(Active)),
            (Invited, Reject, Ok(Rejected)),
            (Invited, End, Ok(Ended)),
            (Active, Accept, Err(Active)),
            (Active, Reject, Err(Active)),
            (Active, End, Ok(Ended)),
            (Rejected, Accept, Err(Rejected)),
            (Rejected, Reject, Err(Rejected)),
            (Rejected, End, Err(Rejected)),
            (Ended, Accept, Err(Ended)),
            (Ended, Reject, Err(Ended)),
            (Ended, End, Err(Ended)),
        ];
        assert_eq!(table.len(), GuardianshipStatus::VARIANTS.len() * GuardianStep::VARIANTS.len());
        for (status, step, expected) in table {
            assert_eq!(status.step(step), expected, "{status:?} {step:?}");
        }
    }
}
