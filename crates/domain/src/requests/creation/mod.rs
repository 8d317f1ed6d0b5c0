//! Sending a request.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{DuplicateKey, Earlier, PackageSnapshot, RequestDraft, RequestTerms, RequesterType, duplicate_of};
use crate::accounts::Actor;
use crate::connections::Standing;
use crate::ids::{RequestId, StudentId, TutorId, UserId};
use crate::schedule::{Parties, last_chance};
use crate::tutoring::Package;
use crate::validation::{Invalid, Violations};

/// How much asking is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// After how many days a pending request expires.
    pub pending_days: u16,
    /// How many requests of one requester may be pending at a time.
    pub max_pending: u16,
    /// How many rejections of one requester by one tutor, within the window, make them wait.
    pub max_rejections: u16,
    /// The window of those rejections, in days.
    pub rejection_window_days: u16,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The suggested wait of a requester with too many pending requests, in seconds: nobody knows when a tutor will answer.
const PENDING_RETRY_AFTER: i64 = 3600;

impl RequestLimits {
    /// The limits of a platform whose operator sets none.
    pub const DEFAULT: Self = Self { pending_days: 14, max_pending: 20, max_rejections: 3, rejection_window_days: 30 };

    /// The instant before which rejections no longer count.
    pub fn rejections_count_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(i64::from(self.rejection_window_days))
    }
}

/// What is known of the tutor asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TutorFact {
    /// The profile.
    pub id: TutorId,
    /// The user behind it.
    pub user_id: UserId,
    /// Where the tutor's wall clock hangs.
    pub time_zone: Tz,
}

/// What is known of the student it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StudentFact {
    /// The profile.
    pub id: StudentId,
    /// The user behind it.
    pub user_id: UserId,
    /// Whether the student is the requester's child, under an active guardianship.
    pub in_care: bool,
}

/// What a decision about a new request is made on. All of it may be stale by the time of the write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationFacts {
    /// The tutor; none where there is none to ask.
    pub tutor: Option<TutorFact>,
    /// Whether the requester may have to do with the tutor.
    pub standing: Standing,
    /// Whether the student may, whoever blocked whom.
    pub student_may: bool,
    /// The package named, whoever's it is.
    pub package: Option<Package>,
    /// The student named, or the requester's own profile.
    pub student: Option<StudentFact>,
    /// The requester's requests to this tutor that are pending.
    pub pending: Vec<Earlier>,
    /// How many requests of the requester are pending in all.
    pub pending_count: i64,
    /// When the tutor rejected requests of this requester within the window, instants, the oldest first.
    pub rejections: Vec<DateTime<Utc>>,
}

/// What becomes true when a request is sent: the request, and its message in the conversation of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationPlan {
    /// What tells it apart.
    pub key: DuplicateKey,
    /// In what capacity.
    pub requester_type: RequesterType,
    /// The users who would meet.
    pub parties: Parties,
    /// The package as it is now.
    pub package: Option<PackageSnapshot>,
    /// What is asked for.
    pub terms: RequestTerms,
    /// When, an instant.
    pub created_at: DateTime<Utc>,
    /// Until when it waits, an instant.
    pub expires_at: DateTime<Utc>,
    /// The write makes sure that no more than this many are pending, this one included.
    pub max_pending: u16,
    /// The write makes sure that the tutor rejected fewer than this many of the requester's requests since
    /// that instant.
    pub max_rejections: (u16, DateTime<Utc>),
}

/// Why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreationRefusal {
    /// The active role is neither student nor parent.
    WrongRole,
    /// The role has no profile yet.
    NoProfile(RequesterType),
    /// A parent names no child.
    NoChildNamed,
    /// There is no such child in the caller's care.
    ChildNotFound,
    /// There is no such tutor, or none for the caller to know.
    TutorNotFound,
    /// The tutor asks themselves.
    OwnTutor,
    /// The requester blocked the tutor.
    BlockedByYou,
    /// The tutor cannot be asked for this child. The parent is not told who blocked whom.
    NotForThisChild,
    /// The same request is pending.
    Duplicate {
        /// Which.
        id: RequestId,
        /// When it was sent, an instant.
        created_at: DateTime<Utc>,
    },
    /// Too many requests are pending.
    TooManyPending {
        /// How many may be.
        limit: u16,
        /// The suggested wait before the next attempt, in seconds.
        retry_after: i64,
    },
    /// The tutor said no too often.
    TooManyRejections {
        /// When one may ask again, an instant.
        retry_at: DateTime<Utc>,
        /// In how many seconds that is.
        retry_after: i64,
    },
    /// The request itself is wrong.
    Invalid(Violations),
}

/// The student that a request is for: the caller's own profile, or the child that a parent names.
pub(super) fn student_asked_for(
    actor: &Actor,
    named: Option<StudentId>,
) -> Result<(RequesterType, StudentId), CreationRefusal> {
    let capacity = RequesterType::of(actor.active_role).ok_or(CreationRefusal::WrongRole)?;
    let student = match capacity {
        RequesterType::Student => actor.profiles.student.ok_or(CreationRefusal::NoProfile(capacity))?,
        RequesterType::Parent => {
            actor.profiles.parent.ok_or(CreationRefusal::NoProfile(capacity))?;
            named.ok_or(CreationRefusal::NoChildNamed)?
        }
    };
    Ok((capacity, student))
}

/// Decides whether a request is sent. `violations` holds what was found when the fields were parsed.
pub fn plan_creation(
    actor: &Actor,
    draft: &RequestDraft,
    mut violations: Violations,
    facts: &CreationFacts,
    limits: RequestLimits,
    now: DateTime<Utc>,
) -> Result<CreationPlan, CreationRefusal> {
    let (requester_type, _) = student_asked_for(actor, draft.student_id)?;
    let may_ask_for = |student: &StudentFact| match requester_type {
        RequesterType::Student => student.user_id == actor.user_id,
        RequesterType::Parent => student.in_care,
    };
    let tutor = facts.tutor.ok_or(CreationRefusal::TutorNotFound)?;
    // First of all: who has no child there learns nothing about the child.
    let student = facts.student.filter(may_ask_for).ok_or(CreationRefusal::ChildNotFound)?;
    match facts.standing {
        Standing::BlockedByThem => return Err(CreationRefusal::TutorNotFound),
        Standing::BlockedByYou => return Err(CreationRefusal::BlockedByYou),
        Standing::Open if !facts.student_may => return Err(CreationRefusal::NotForThisChild),
        Standing::Open => {}
    }
    if tutor.user_id == actor.user_id || tutor.user_id == student.user_id {
        return Err(CreationRefusal::OwnTutor);
    }
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
    if let Some(earlier) = duplicate_of(key, &facts.pending) {
        return Err(CreationRefusal::Duplicate { id: earlier.id, created_at: earlier.created_at });
    }
    if facts.pending_count >= i64::from(limits.max_pending) {
        return Err(CreationRefusal::TooManyPending { limit: limits.max_pending, retry_after: PENDING_RETRY_AFTER });
    }
    if let Some(retry_at) = cooled_down_at(&facts.rejections, limits) {
        let retry_after = (retry_at - now).num_seconds().max(1);
        return Err(CreationRefusal::TooManyRejections { retry_at, retry_after });
    }

    let waits_until = now + TimeDelta::days(i64::from(limits.pending_days));
    let expires_at = last_chance(&terms.schedule, terms.time_zone).map_or(waits_until, |last| last.min(waits_until));
    Ok(CreationPlan {
        key,
        requester_type,
        parties: Parties { tutor: tutor.user_id, student: student.user_id },
        package: package.map(|package| PackageSnapshot {
            id: package.id,
            name: package.terms.name.clone(),
            price: package.terms.hourly_rate,
            currency: package.terms.currency,
        }),
        terms,
        created_at: now,
        expires_at,
        max_pending: limits.max_pending,
        max_rejections: (limits.max_rejections, limits.rejections_count_from(now)),
    })
}

/// When enough of the rejections have left the window; none where there are not too many.
fn cooled_down_at(rejections: &[DateTime<Utc>], limits: RequestLimits) -> Option<DateTime<Utc>> {
    let surplus = rejections.len().checked_sub(usize::from(limits.max_rejections))?;
    rejections.get(surplus).map(|oldest| *oldest + TimeDelta::days(i64::from(limits.rejection_window_days)))
}

#[cfg(test)]
mod tests;
