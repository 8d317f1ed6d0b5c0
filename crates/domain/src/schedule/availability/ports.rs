//! Ports of availability and time off.

use async_trait::async_trait;

use super::{Availability, RecordedTimeOff, TimeOff, TimeOffPlan};
use crate::RepositoryError;
use crate::ids::{TimeOffId, UserId};
use crate::page::{Page, PageRequest};
use crate::schedule::{ChangeFacts, Period};

/// Stores the availability and the time off of tutors.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait AvailabilityRepository: Send + Sync {
    /// Returns the availability of a tutor. MUST return an [unlimited](Availability::unlimited) one in the zone of the
    /// tutor's account if the tutor has set nothing.
    async fn availability(&self, tutor: UserId) -> Result<Availability, RepositoryError>;

    /// Replaces the availability of a tutor. MUST return `Conflict` unless the stored version is the one before.
    async fn set_availability(&self, tutor: UserId, availability: Availability) -> Result<(), RepositoryError>;

    /// Returns a page of a tutor's time off, descending by start.
    async fn time_off(&self, tutor: UserId, page: PageRequest) -> Result<Page<TimeOff>, RepositoryError>;

    /// Loads the facts about cancelling the sessions that a tutor teaches during a period and that are scheduled or in progress,
    /// ascending by start, at most `limit`.
    async fn taught_during(
        &self,
        tutor: UserId,
        period: Period,
        limit: usize,
    ) -> Result<Vec<ChangeFacts>, RepositoryError>;

    /// Writes time off and the cancellations of its plan in one transaction. MUST return `Conflict`, with nothing written, if
    /// the plan cancels sessions and others than these are scheduled during the period and have not begun. MUST return `None`,
    /// with nothing written, if the tutor has [`MAX_TIME_OFF`](super::MAX_TIME_OFF) periods that are not over.
    async fn add_time_off(&self, plan: TimeOffPlan) -> Result<Option<RecordedTimeOff>, RepositoryError>;

    /// Deletes time off. Returns whether the tutor had it.
    async fn remove_time_off(&self, tutor: UserId, id: TimeOffId) -> Result<bool, RepositoryError>;
}
