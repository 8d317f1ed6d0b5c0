//! Sending a request.

mod facts;

use chrono::{DateTime, TimeDelta, Utc};

pub use self::facts::{
    CreationFacts, CreationPlan, GuardianshipFact, PackageFact, RejectionLimit, RequestLimits, StudentFact, TutorFact,
};
use super::{DuplicateKey, PackageSnapshot, RequestDraft, RequesterType, duplicate_of};
use crate::accounts::Actor;
use crate::connections::Standing;
use crate::cooldown::Cooldown;
use crate::ids::{RequestId, StudentId};
use crate::money::Currency;
use crate::schedule::{Parties, last_chance};
use crate::validation::{Invalid, Violations};

/// The suggested wait of a requester with too many pending requests, in seconds. The time of the next answer is
/// unknown.
const PENDING_RETRY_AFTER: i64 = 3600;

/// Reasons why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreationRefusal {
    /// The active role is neither student nor parent.
    WrongRole,
    /// The active role has no profile yet.
    NoProfile(RequesterType),
    /// The active role is student, but the draft names another student.
    NotOwnProfile,
    /// A parent names no child.
    ChildRequired,
    /// The child does not exist or is not in the caller's care.
    ChildNotFound,
    /// The tutor does not exist, or is separated by a block that the caller may not know of.
    TutorNotFound,
    /// The caller or the child is the tutor.
    OwnTutor,
    /// The caller has blocked the tutor.
    BlockedByYou,
    /// An equal request is pending.
    Duplicate {
        /// The pending request.
        id: RequestId,
        /// The instant at which it was sent.
        created_at: DateTime<Utc>,
    },
    /// The caller has reached the maximum of pending requests.
    TooManyPending {
        /// The maximum.
        limit: u16,
        /// The suggested wait before the next attempt, in seconds.
        retry_after: i64,
    },
    /// The tutor has rejected too many of the caller's requests.
    TooManyRejections(Cooldown),
    /// Fields of the request are invalid.
    Invalid(Violations),
}

/// The capacity in which a caller may send a request, and the student whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Applicant {
    pub(super) requester_type: RequesterType,
    pub(super) student: StudentId,
}

/// Determines the student whom a request is for: the caller's own profile, or the child that a parent names.
pub(super) fn applicant(actor: &Actor, named: Option<StudentId>) -> Result<Applicant, CreationRefusal> {
    let requester_type = RequesterType::of(actor.active_role).ok_or(CreationRefusal::WrongRole)?;
    let no_profile = CreationRefusal::NoProfile(requester_type);
    let student = match requester_type {
        RequesterType::Student => {
            let own = actor.profiles.student.ok_or(no_profile)?;
            if named.is_some_and(|named| named != own) {
                return Err(CreationRefusal::NotOwnProfile);
            }
            own
        }
        RequesterType::Parent => {
            actor.profiles.parent.ok_or(no_profile)?;
            named.ok_or(CreationRefusal::ChildRequired)?
        }
    };
    Ok(Applicant { requester_type, student })
}

/// Decides whether a request is sent.
///
/// The order of the checks keeps blocks secret. The child is checked before the tutor, and the fields of the draft are
/// checked last: a tutor behind a block that the caller may not know of gets the same answer as an unknown id, whatever
/// else is wrong with the request.
pub fn plan_creation(
    actor: &Actor,
    draft: &RequestDraft,
    facts: &CreationFacts,
    limits: RequestLimits,
    now: DateTime<Utc>,
) -> Result<CreationPlan, CreationRefusal> {
    let Applicant { requester_type, .. } = applicant(actor, draft.student_id)?;
    let is_entitled = |student: &StudentFact| match requester_type {
        RequesterType::Student => student.user_id == actor.user_id,
        RequesterType::Parent => student.is_ward,
    };
    let student = facts.student.filter(is_entitled).ok_or(CreationRefusal::ChildNotFound)?;
    let tutor = facts.tutor.ok_or(CreationRefusal::TutorNotFound)?;
    match facts.standing {
        Standing::BlockedByThem => return Err(CreationRefusal::TutorNotFound),
        Standing::BlockedByYou => return Err(CreationRefusal::BlockedByYou),
        Standing::Open if facts.student_blocked => return Err(CreationRefusal::TutorNotFound),
        Standing::Open => {}
    }
    if tutor.user_id == actor.user_id || tutor.user_id == student.user_id {
        return Err(CreationRefusal::OwnTutor);
    }

    let mut violations = draft.violations.clone();
    let package = facts.package.as_ref().filter(|package| package.tutor_id == tutor.id);
    if draft.package_id.is_some() && !package.is_some_and(|package| package.terms.is_active) {
        let reason = Invalid::new("unknown_package", "must be an active package of this tutor");
        violations.add("package_id", reason);
    }
    let terms = draft
        .complete(violations, package.map(|package| &package.terms), tutor.time_zone, now)
        .map_err(CreationRefusal::Invalid)?;

    let key = DuplicateKey {
        requester: actor.user_id,
        student: student.id,
        tutor: tutor.id,
        package: package.map(|package| package.id),
    };
    if let Some(pending) = duplicate_of(key, &facts.pending) {
        return Err(CreationRefusal::Duplicate { id: pending.id, created_at: pending.created_at });
    }
    if facts.pending_count >= i64::from(limits.max_pending) {
        return Err(CreationRefusal::TooManyPending { limit: limits.max_pending, retry_after: PENDING_RETRY_AFTER });
    }
    let again_at = end_of_cooldown(&facts.rejections, limits);
    if let Some(cooldown) = again_at.and_then(|again_at| Cooldown::until(again_at, now)) {
        return Err(CreationRefusal::TooManyRejections(cooldown));
    }

    let deadline = now + TimeDelta::days(i64::from(limits.pending_days));
    let guardianship = match requester_type {
        RequesterType::Student => None,
        RequesterType::Parent => Some(GuardianshipFact { parent: actor.user_id, student: student.id }),
    };
    Ok(CreationPlan {
        key,
        requester_type,
        parties: Parties { tutor: tutor.user_id, student: student.user_id },
        guardianship,
        package: package.map(|package| PackageFact {
            snapshot: PackageSnapshot {
                id: package.id,
                name: package.terms.name.clone(),
                price: package.terms.hourly_rate,
                currency: package.terms.currency,
                session_count: package.terms.session_count,
            },
            updated_at: package.updated_at,
        }),
        currency: package.map_or(Currency::ETB, |package| package.terms.currency),
        expires_at: last_chance(&terms.schedule, terms.time_zone).map_or(deadline, |last| last.min(deadline)),
        terms,
        created_at: now,
        max_pending: limits.max_pending,
        rejection_limit: RejectionLimit { max: limits.max_rejections, since: limits.rejections_count_from(now) },
    })
}

/// Returns the instant at which fewer rejections than the limit are left in the window; `None` if that is the case
/// already.
fn end_of_cooldown(rejections: &[DateTime<Utc>], limits: RequestLimits) -> Option<DateTime<Utc>> {
    let surplus = rejections.len().checked_sub(usize::from(limits.max_rejections))?;
    rejections.get(surplus).map(|oldest| *oldest + TimeDelta::days(i64::from(limits.rejection_window_days)))
}

#[cfg(test)]
mod tests;
