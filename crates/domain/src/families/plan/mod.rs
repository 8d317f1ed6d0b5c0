//! Decisions about children, invitations and the transitions of guardianships.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Evidence, FamilyRefusal, GuardianshipFacts, GuardianshipStatus, GuardianshipTransition};
use crate::accounts::{NewAccount, ProfileChanges, Role};
use crate::change::Change;
use crate::connections::Standing;
use crate::cooldown::Cooldown;
use crate::events::{Audience, Event, EventKind, Subject};
use crate::ids::{GuardianshipId, StudentId, UserId};

/// The largest number of open guardianships of one parent, invitations included.
pub const MAX_CHILDREN: u16 = 20;

/// The wait between the end or rejection of a guardianship and the next invitation of the same student.
pub const INVITATION_COOLDOWN: TimeDelta = TimeDelta::days(7);

/// A child to create an account without a login for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of a profile")]
pub struct ChildRegistration {
    pub first_name: String,
    pub last_name: Option<String>,
    pub grade_level: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
}

/// Facts about a parent that [`plan_child`] needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentFacts {
    /// The parent's time zone, which the child's account inherits.
    pub time_zone: Tz,
    /// The number of the parent's open guardianships.
    pub open_children: i64,
}

/// A child's account and the active guardianship over it. The write re-checks the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildPlan {
    /// The child's account, without a login.
    pub account: NewAccount,
    /// The grade for the student profile.
    pub grade_level: Option<String>,
    /// The largest number of open guardianships that the parent may have afterwards.
    pub max_children: u16,
    /// The evidence of the creation; its account is the parent's.
    pub evidence: Evidence,
}

/// Decides on the creation of a child's account. The account is private, so that no user follows a child
/// without consent.
pub fn plan_child(
    parent: ParentFacts,
    child: ChildRegistration,
    evidence: Evidence,
) -> Result<ChildPlan, FamilyRefusal> {
    check_limit(parent.open_children)?;
    let account = NewAccount {
        email: None,
        username: None,
        password_hash: None,
        profile: ProfileChanges {
            first_name: Change::Set(child.first_name),
            last_name: child.last_name.into(),
            date_of_birth: child.date_of_birth.into(),
            is_private: Some(true),
            ..ProfileChanges::default()
        },
        time_zone: parent.time_zone,
        roles: vec![Role::Student],
        created_at: evidence.at,
    };
    Ok(ChildPlan { account, grade_level: child.grade_level, max_children: MAX_CHILDREN, evidence })
}

/// Facts about a student with a given e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitedStudent {
    /// The student's account.
    pub user: UserId,
    /// The student profile.
    pub profile: StudentId,
    /// The blocks between the parent and the student.
    pub standing: Standing,
    /// Whether an invitation or an active guardianship exists between the two.
    pub has_open: bool,
    /// The instant at which the last guardianship between the two was rejected or ended.
    pub last_closed_at: Option<DateTime<Utc>>,
}

/// Facts that [`plan_invitation`] needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvitationFacts {
    /// The student with the address, if there is one.
    pub student: Option<InvitedStudent>,
    /// The number of the parent's open guardianships.
    pub open_children: i64,
}

/// An invitation of a student. The write re-checks the limit, the cooldown and that neither side has blocked the
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two ids are those of the invited student")]
pub struct InvitationPlan {
    pub student: StudentId,
    pub student_user: UserId,
    /// The largest number of open guardianships that the parent may have afterwards.
    pub max_children: u16,
    /// The instant after which no guardianship between the two may have been closed.
    pub none_closed_after: DateTime<Utc>,
    /// The evidence of the invitation; its account is the parent's.
    pub evidence: Evidence,
}

impl InvitationPlan {
    /// Returns the events of the invitation, whose id the write has given.
    pub fn events(&self, guardianship: GuardianshipId) -> Vec<Event> {
        vec![guardianship_event(guardianship, GuardianshipStatus::Invited, &self.evidence, self.student_user)]
    }
}

fn guardianship_event(
    guardianship: GuardianshipId,
    status: GuardianshipStatus,
    evidence: &Evidence,
    to: UserId,
) -> Event {
    Event {
        kind: EventKind::GuardianshipChanged,
        subject: Subject::Guardianship { guardianship, status },
        actor: Some(evidence.by),
        audience: Audience::one(to),
        at: evidence.at,
    }
}

/// Decides on the invitation of a student.
pub fn plan_invitation(facts: InvitationFacts, evidence: Evidence) -> Result<InvitationPlan, FamilyRefusal> {
    let student = facts.student.ok_or(FamilyRefusal::StudentNotFound)?;
    if student.user == evidence.by {
        return Err(FamilyRefusal::OwnGuardian);
    }
    match student.standing {
        Standing::BlockedByThem => return Err(FamilyRefusal::StudentNotFound),
        Standing::BlockedByYou => return Err(FamilyRefusal::BlockedByYou),
        Standing::Open => {}
    }
    if student.has_open {
        return Err(FamilyRefusal::GuardianshipExists);
    }
    let again_at = student.last_closed_at.map(|closed_at| closed_at + INVITATION_COOLDOWN);
    if let Some(cooldown) = again_at.and_then(|again_at| Cooldown::until(again_at, evidence.at)) {
        return Err(FamilyRefusal::Cooldown(cooldown));
    }
    check_limit(facts.open_children)?;
    Ok(InvitationPlan {
        student: student.profile,
        student_user: student.user,
        max_children: MAX_CHILDREN,
        none_closed_after: evidence.at - INVITATION_COOLDOWN,
        evidence,
    })
}

fn check_limit(open_children: i64) -> Result<(), FamilyRefusal> {
    if open_children < i64::from(MAX_CHILDREN) { Ok(()) } else { Err(FamilyRefusal::TooManyChildren) }
}

/// A transition of a guardianship. The write re-checks `seen`. The end of a guardianship also expires the
/// pending requests made under it and revokes the claim codes that the parent has issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitionPlan {
    /// The facts that the decision was based on.
    pub seen: GuardianshipFacts,
    /// The status after the transition.
    pub to: GuardianshipStatus,
    /// The evidence of the transition.
    pub evidence: Evidence,
}

impl TransitionPlan {
    /// Returns the events of the transition, of which the other side is told. Those of the requests that expire come on
    /// top.
    pub fn events(&self) -> Vec<Event> {
        let GuardianshipFacts { guardianship, student_user, .. } = self.seen;
        let other = if self.evidence.by == student_user { guardianship.parent } else { student_user };
        vec![guardianship_event(guardianship.id, self.to, &self.evidence, other)]
    }
}

/// Decides on a transition of a guardianship. The caller has checked that it is one of the actor's own.
pub fn plan_transition(
    seen: GuardianshipFacts,
    transition: GuardianshipTransition,
    evidence: Evidence,
) -> Result<TransitionPlan, FamilyRefusal> {
    let to = seen.guardianship.status.apply(transition).map_err(FamilyRefusal::AlreadyAnswered)?;
    if to == GuardianshipStatus::Ended && seen.is_last_guardian() {
        return Err(FamilyRefusal::LastGuardian);
    }
    Ok(TransitionPlan { seen, to, evidence })
}

#[cfg(test)]
mod tests;
