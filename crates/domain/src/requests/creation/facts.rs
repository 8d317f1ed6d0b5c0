//! Facts and limits behind the decision about a new request, and the resulting plan.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::connections::Standing;
use crate::events::Event;
use crate::ids::{StudentId, TutorId, UserId};
use crate::money::Currency;
use crate::requests::{
    DuplicateKey, Involved, PackageSnapshot, PendingRequest, RequestStatus, RequestTerms, RequesterType, SentRequest,
};
use crate::schedule::Parties;
use crate::tutoring::Package;

/// Limits of the requests of one requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// The number of days after which a pending request expires.
    pub pending_days: u16,
    /// The maximum number of pending requests to all tutors.
    pub max_pending: u16,
    /// The number of rejections by one tutor within the window after which the requester has to wait.
    pub max_rejections: u16,
    /// The length of the window, in days.
    pub rejection_window_days: u16,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl RequestLimits {
    /// The limits unless the operator sets others.
    pub const DEFAULT: Self = Self { pending_days: 14, max_pending: 20, max_rejections: 3, rejection_window_days: 30 };

    /// Returns the instant after which rejections count.
    pub fn rejections_count_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(i64::from(self.rejection_window_days))
    }
}

/// A tutor who can receive requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TutorFact {
    /// The tutor profile.
    pub id: TutorId,
    /// The tutor's account.
    pub user_id: UserId,
    /// The time zone of the tutor's wall clock.
    pub time_zone: Tz,
}

/// The student whom a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StudentFact {
    /// The student profile.
    pub id: StudentId,
    /// The student's account.
    pub user_id: UserId,
    /// Whether the requester is an active guardian of the student.
    pub is_ward: bool,
}

/// Facts that [`plan_creation`](super::plan_creation) needs. All of them may be stale by the time of the write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationFacts {
    /// The tutor, if one with this id can receive requests.
    pub tutor: Option<TutorFact>,
    /// The blocks between the requester and the tutor.
    pub standing: Standing,
    /// Whether a block in either direction separates the student from the tutor.
    pub student_blocked: bool,
    /// The package named in the draft, whichever tutor it belongs to.
    pub package: Option<Package>,
    /// The student, if one with this id exists.
    pub student: Option<StudentFact>,
    /// The requester's pending requests to the tutor.
    pub pending: Vec<PendingRequest>,
    /// The number of the requester's pending requests to all tutors.
    pub pending_count: i64,
    /// The instants at which the tutor rejected requests of the requester within the window, oldest first.
    pub rejections: Vec<DateTime<Utc>>,
}

/// An active guardianship that a plan relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after the two sides")]
pub struct GuardianshipFact {
    pub parent: UserId,
    pub student: StudentId,
}

/// A package that a plan relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFact {
    /// The copy that the request keeps.
    pub snapshot: PackageSnapshot,
    /// The instant of the package's last change before the copy was made.
    pub updated_at: DateTime<Utc>,
}

/// A limit on rejections that the write of a request guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectionLimit {
    /// The number of rejections that forbids another request.
    pub max: u16,
    /// Only rejections after this instant count.
    pub since: DateTime<Utc>,
}

/// The resulting state of sending a request: the request, and its message in the conversation of its requester and
/// tutor. The write guards all limits and that no block separates the tutor from the requester or the student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreationPlan {
    /// The fields that no pending request may share.
    pub key: DuplicateKey,
    /// The capacity of the requester.
    pub requester_type: RequesterType,
    /// The users who would meet.
    pub parties: Parties,
    /// The guardianship that entitles a parent. The write guards that it is still active.
    pub guardianship: Option<GuardianshipFact>,
    /// The package. The write guards that it is still active and has not changed since it was copied.
    pub package: Option<PackageFact>,
    /// The currency of all prices.
    pub currency: Currency,
    /// The proposed terms.
    pub terms: RequestTerms,
    /// The instant of sending.
    pub created_at: DateTime<Utc>,
    /// The instant from which the request is expired.
    pub expires_at: DateTime<Utc>,
    /// The maximum number of the requester's pending requests, including this one.
    pub max_pending: u16,
    /// The limit on rejections by the tutor.
    pub rejection_limit: RejectionLimit,
}

impl CreationPlan {
    /// Returns the events of the request and of its message, whose ids the write has given.
    pub fn events(&self, sent: &SentRequest) -> Vec<Event> {
        let involved = Involved { requester: self.key.requester, parties: self.parties };
        vec![
            involved.changed(sent.request_id, RequestStatus::Pending, Some(self.key.requester), self.created_at),
            involved.told(sent.conversation_id, sent.message_id, self.key.requester, self.created_at),
        ]
    }
}
