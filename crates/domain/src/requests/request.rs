//! A session request and its life.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::accounts::Role;
use crate::ids::{PackageId, RequestId, StudentId, TutorId, UserId};
use crate::money::{Currency, Money};
use crate::schedule::{Parties, Schedule};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RequestStatus {
    /// Waits for the tutor.
    Pending,
    /// The tutor said yes.
    Accepted,
    /// The tutor said no.
    Rejected,
    /// The requester took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// What may happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum Step {
    /// The tutor says yes.
    Accept,
    /// The tutor says no.
    Reject,
    /// The requester takes it back.
    Withdraw,
    /// Time runs out.
    Expire,
}

impl RequestStatus {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The transition table: what a step makes of a status, or the status that forbids it.
    pub fn step(self, step: Step) -> Result<Self, Self> {
        match (self, step) {
            (Self::Pending, Step::Accept) => Ok(Self::Accepted),
            (Self::Pending, Step::Reject) => Ok(Self::Rejected),
            (Self::Pending, Step::Withdraw) => Ok(Self::Withdrawn),
            (Self::Pending, Step::Expire) => Ok(Self::Expired),
            (Self::Accepted | Self::Rejected | Self::Withdrawn | Self::Expired, _) => Err(self),
        }
    }

    /// The status at `now` of a request that a store keeps as `self`: a pending one whose time has run
    /// out is expired, whether or not anybody wrote that down.
    #[must_use]
    pub fn at(self, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        if self == Self::Pending && expires_at <= now { Self::Expired } else { self }
    }
}

/// In what capacity a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RequesterType {
    /// For oneself.
    Student,
    /// For a child.
    Parent,
}

impl RequesterType {
    /// The word for the row and the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The capacity that a role gives; none for roles that cannot ask.
    pub fn of(role: Option<Role>) -> Option<Self> {
        match role {
            Some(Role::Student) => Some(Self::Student),
            Some(Role::Parent) => Some(Self::Parent),
            Some(Role::Tutor | Role::Admin) | None => None,
        }
    }
}

/// A package as it was when it was asked for. Changing or archiving the package changes nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSnapshot {
    /// The package; it may say something else by now.
    pub id: PackageId,
    /// Its name then.
    pub name: String,
    /// Its hourly rate then.
    pub price: Money,
    /// Its money then.
    pub currency: Currency,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTerms {
    /// Words for the tutor.
    pub message: Option<String>,
    /// When sessions are wanted.
    pub schedule: Schedule,
    /// The zone of the schedule's wall clock.
    pub time_zone: Tz,
    /// When sessions are wanted, in free words.
    pub preferred_schedule: Option<String>,
    /// The old platform's years, kept as given.
    pub year_range: Vec<i64>,
    /// The old platform's months, kept as given.
    pub months: Vec<String>,
    /// The price offered instead of the package's.
    pub counter_offer_price: Option<Money>,
}

/// A session request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRequest {
    /// Which request.
    pub id: RequestId,
    /// The tutor asked.
    pub tutor_id: TutorId,
    /// The user who asked.
    pub requester_id: UserId,
    /// In what capacity.
    pub requester_type: RequesterType,
    /// Who is to learn.
    pub student_id: StudentId,
    /// The users who would meet.
    pub parties: Parties,
    /// Under which package.
    pub package: Option<PackageSnapshot>,
    /// What for.
    pub terms: RequestTerms,
    /// Where it stands, the clock considered.
    pub status: RequestStatus,
    /// When it was sent, an instant.
    pub created_at: DateTime<Utc>,
    /// When it expires unless answered, an instant.
    pub expires_at: DateTime<Utc>,
    /// When it last changed, an instant.
    pub updated_at: DateTime<Utc>,
    /// When it was answered or withdrawn, an instant.
    pub responded_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub rejected_reason: Option<String>,
}

impl SessionRequest {
    /// The price that an acceptance agrees to: the counter offer, or the package's.
    pub fn agreed_price(&self) -> Option<Money> {
        self.terms.counter_offer_price.or(self.package.as_ref().map(|package| package.price))
    }

    /// The money of that price.
    pub fn currency(&self) -> Currency {
        self.package.as_ref().map_or(Currency::ETB, |package| package.currency)
    }
}

/// A request with the names that a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestView {
    /// The request.
    pub request: SessionRequest,
    /// The tutor's name.
    pub tutor_name: String,
    /// The requester's name.
    pub requester_name: String,
    /// The requester's picture, a URL.
    pub requester_profile_picture: Option<String>,
    /// The student's name.
    pub student_name: String,
    /// The student's grade.
    pub student_grade: Option<String>,
    /// The requester's phone. None until the request is accepted.
    pub contact_phone: Option<String>,
    /// The requester's address. None until the request is accepted.
    pub contact_email: Option<String>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use strum::VariantArray;

    use super::*;

    #[test]
    fn only_what_is_pending_moves() {
        for status in RequestStatus::VARIANTS {
            for step in Step::VARIANTS {
                let moved = status.step(*step);
                assert_eq!(moved.is_ok(), *status == RequestStatus::Pending, "{status:?} {step:?}");
                assert_ne!(moved, Ok(RequestStatus::Pending));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_first_step_decides_whatever_is_tried_after(
            steps in proptest::collection::vec(proptest::sample::select(Step::VARIANTS.to_vec()), 1..20),
        ) {
            let mut status = RequestStatus::Pending;
            let decided = status.step(steps[0]).unwrap();
            for step in steps {
                match status.step(step) {
                    Ok(next) => status = next,
                    Err(current) => proptest::prop_assert_eq!(current, status),
                }
                proptest::prop_assert_eq!(status, decided);
            }
        }
    }

    #[test]
    fn a_pending_request_expires_by_the_clock_alone() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(RequestStatus::Pending.at(now, now), RequestStatus::Expired);
        assert_eq!(RequestStatus::Pending.at(now + TimeDelta::seconds(1), now), RequestStatus::Pending);
        assert_eq!(RequestStatus::Accepted.at(now, now), RequestStatus::Accepted);
    }
}
