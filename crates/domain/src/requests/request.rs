//! A session request and its life cycle.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::accounts::Role;
use crate::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use crate::money::{Currency, Money};
use crate::schedule::{MAX_SESSIONS, Parties, Schedule};

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RequestStatus {
    /// Waiting for the tutor's answer.
    Pending,
    /// Accepted by the tutor.
    Accepted,
    /// Rejected by the tutor.
    Rejected,
    /// Withdrawn by the requester, the student or a guardian.
    Withdrawn,
    /// Not answered in time, or ended by a block or the end of a guardianship.
    Expired,
}

/// A change of a request's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum RequestTransition {
    /// The tutor accepts.
    Accept,
    /// The tutor rejects.
    Reject,
    /// The requester's side withdraws.
    Withdraw,
    /// The deadline passes.
    Expire,
}

impl RequestStatus {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the status after a transition. The error is the status that forbids it.
    pub fn apply(self, transition: RequestTransition) -> Result<Self, Self> {
        match (self, transition) {
            (Self::Pending, RequestTransition::Accept) => Ok(Self::Accepted),
            (Self::Pending, RequestTransition::Reject) => Ok(Self::Rejected),
            (Self::Pending, RequestTransition::Withdraw) => Ok(Self::Withdrawn),
            (Self::Pending, RequestTransition::Expire) => Ok(Self::Expired),
            (Self::Accepted | Self::Rejected | Self::Withdrawn | Self::Expired, _) => Err(self),
        }
    }

    /// Returns whether a request in this status introduces the requester and the student to the tutor. One that was
    /// rejected, withdrawn or has expired no longer does: it must not keep a child without a login visible.
    pub fn introduces(self) -> bool {
        matches!(self, Self::Pending | Self::Accepted)
    }

    /// Returns the status at `now` of a request that is stored as `self`: a pending request past its deadline is
    /// expired.
    #[must_use]
    pub fn at(self, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        if self == Self::Pending && expires_at <= now { Self::Expired } else { self }
    }
}

/// The capacity in which a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RequesterType {
    /// A student who requests sessions for themselves.
    Student,
    /// A parent who requests sessions for a child.
    Parent,
}

impl RequesterType {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the capacity that an active role gives; `None` for roles that cannot send requests.
    pub fn of(role: Option<Role>) -> Option<Self> {
        match role {
            Some(Role::Student) => Some(Self::Student),
            Some(Role::Parent) => Some(Self::Parent),
            Some(Role::Tutor | Role::Admin) | None => None,
        }
    }
}

/// A copy of a package, made when the request is sent. Later changes to the package do not affect it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after those of the package")]
pub struct PackageSnapshot {
    pub id: PackageId,
    pub name: String,
    /// The hourly rate.
    pub price: Money,
    pub currency: Currency,
    /// The number of sessions of the package; `None` if it is not limited.
    pub session_count: Option<u16>,
}

/// The terms that a request proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTerms {
    /// A message to the tutor, which becomes the topic of the sessions.
    pub message: Option<String>,
    /// The times of the sessions.
    pub schedule: Schedule,
    /// The time zone of the schedule's wall clock.
    pub time_zone: Tz,
    /// A free-text description of convenient times.
    pub preferred_schedule: Option<String>,
    /// Years that old clients send, kept as given.
    pub year_range: Vec<i64>,
    /// Months that old clients send, kept as given.
    pub months: Vec<String>,
    /// A price offered in place of the package's.
    pub counter_offer_price: Option<Money>,
}

/// A session request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// The id of the request.
    pub id: RequestId,
    /// The recipient's tutor profile.
    pub tutor_id: TutorId,
    /// The user who sent the request.
    pub requester_id: UserId,
    /// The capacity of the requester.
    pub requester_type: RequesterType,
    /// The profile of the student whom the sessions are for.
    pub student_id: StudentId,
    /// The users who would meet.
    pub parties: Parties,
    /// The package requested, if any.
    pub package: Option<PackageSnapshot>,
    /// The proposed terms.
    pub terms: RequestTerms,
    /// The current status, see [`SessionRequest::as_of`].
    pub status: RequestStatus,
    /// The instant of sending.
    pub created_at: DateTime<Utc>,
    /// The instant from which an unanswered request is expired.
    pub expires_at: DateTime<Utc>,
    /// The instant of the last change.
    pub updated_at: DateTime<Utc>,
    /// The instant of the answer or withdrawal.
    pub responded_at: Option<DateTime<Utc>>,
    /// The reason that the tutor gave for a rejection.
    pub rejected_reason: Option<String>,
}

impl SessionRequest {
    /// Returns the request as it reads at `now`. Every expired request was last changed at its deadline, whatever
    /// expired it and whenever that was written, so that its sender cannot tell why it expired.
    #[must_use]
    pub fn as_of(self, now: DateTime<Utc>) -> Self {
        let status = self.status.at(self.expires_at, now);
        let updated_at = if status == RequestStatus::Expired { self.expires_at } else { self.updated_at };
        Self { status, updated_at, ..self }
    }

    /// Returns the status after a transition at `now`. The error is the status that forbids it.
    pub fn apply(&self, transition: RequestTransition, now: DateTime<Utc>) -> Result<RequestStatus, RequestStatus> {
        self.status.at(self.expires_at, now).apply(transition)
    }

    /// Returns whether a user may withdraw the request while it is pending: the requester, the student, and any
    /// active guardian of the student.
    pub fn is_withdrawable_by(&self, user: UserId, is_guardian: bool) -> bool {
        self.requester_id == user || self.parties.student == user || is_guardian
    }

    /// Returns whether a user may see the request: the tutor, and everyone who may withdraw it.
    pub fn is_visible_to(&self, user: UserId, is_guardian: bool) -> bool {
        self.parties.tutor == user || self.is_withdrawable_by(user, is_guardian)
    }

    /// Returns the price that an acceptance agrees to: the counter offer, or the package's price.
    pub fn agreed_price(&self) -> Option<Money> {
        self.terms.counter_offer_price.or(self.package.as_ref().map(|package| package.price))
    }

    /// Returns the largest number of sessions that an acceptance books.
    pub fn session_limit(&self) -> usize {
        self.package.as_ref().and_then(|package| package.session_count).map_or(MAX_SESSIONS, usize::from)
    }

    /// Returns the currency of the agreed price.
    pub fn currency(&self) -> Currency {
        self.package.as_ref().map_or(Currency::ETB, |package| package.currency)
    }

    /// Returns the instant of the rejection, if the request was rejected.
    pub fn rejected_at(&self) -> Option<DateTime<Utc>> {
        self.responded_at.filter(|_| self.status == RequestStatus::Rejected)
    }
}

#[cfg(test)]
pub(super) mod tests;
