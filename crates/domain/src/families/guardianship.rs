//! Guardianships, their transitions and the evidence that each transition leaves.

use chrono::{DateTime, Utc};

use crate::ids::{GuardianshipId, StudentId, UserId};

/// The status of a guardianship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum GuardianshipStatus {
    /// The student has not answered the invitation yet.
    Invited,
    /// The parent may act for the student.
    Active,
    /// The student has rejected the invitation.
    Rejected,
    /// Either side has ended the guardianship or cancelled the invitation.
    Ended,
}

impl GuardianshipStatus {
    /// The statuses of a guardianship that is not history yet. A parent and a student have at most one such
    /// guardianship.
    pub const OPEN: [Self; 2] = [Self::Invited, Self::Active];

    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the status after a transition, or the current one as the error if it forbids the transition.
    pub fn apply(self, transition: GuardianshipTransition) -> Result<Self, Self> {
        match (self, transition) {
            (Self::Invited, GuardianshipTransition::Accept) => Ok(Self::Active),
            (Self::Invited, GuardianshipTransition::Reject) => Ok(Self::Rejected),
            (Self::Invited | Self::Active, GuardianshipTransition::End) => Ok(Self::Ended),
            (status, _) => Err(status),
        }
    }

    /// Returns the position of the status in a student's list of guardians, lowest first.
    pub fn list_rank(self) -> i64 {
        match self {
            Self::Active => 0,
            Self::Invited => 1,
            Self::Rejected | Self::Ended => 2,
        }
    }
}

/// A change of a guardianship's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum GuardianshipTransition {
    /// The student consents to an invitation.
    Accept,
    /// The student declines an invitation.
    Reject,
    /// Either side ends the guardianship or cancels the invitation.
    End,
}

/// The origin of a guardianship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// The parent created the child's account.
    Created,
    /// The parent invited an existing student.
    Invited,
}

impl Origin {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A guardianship of a parent over a student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the two sides of the relation and its status")]
pub struct Guardianship {
    pub id: GuardianshipId,
    pub parent: UserId,
    pub student: StudentId,
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

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_status_answers_every_transition() {
        use GuardianshipStatus::{Active, Ended, Invited, Rejected};
        use GuardianshipTransition::{Accept, End, Reject};
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
        assert_eq!(table.len(), GuardianshipStatus::VARIANTS.len() * GuardianshipTransition::VARIANTS.len());
        for (status, transition, expected) in table {
            assert_eq!(status.apply(transition), expected, "{status:?} {transition:?}");
        }
    }

    #[test]
    fn a_status_is_open_while_it_can_end() {
        for status in GuardianshipStatus::VARIANTS {
            let can_end = status.apply(GuardianshipTransition::End).is_ok();
            assert_eq!(GuardianshipStatus::OPEN.contains(status), can_end, "{status:?}");
        }
    }

    #[test]
    fn active_guardianships_are_listed_first_then_invitations_then_history() {
        let ranks: Vec<_> = GuardianshipStatus::VARIANTS.iter().map(|status| status.list_rank()).collect();
        assert_eq!(ranks, [1, 0, 2, 2]);
    }

    #[test]
    fn statuses_and_origins_have_stable_names() {
        let statuses: Vec<_> = GuardianshipStatus::VARIANTS.iter().map(|status| status.as_str()).collect();
        assert_eq!(statuses, ["invited", "active", "rejected", "ended"]);
        assert_eq!([Origin::Created.as_str(), Origin::Invited.as_str()], ["created", "invited"]);
    }
}
