//! What requests need from outside.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    AcceptancePlan, AnswerPlan, CreationFacts, CreationPlan, EnrolledStudent, RequestStatus, RequestView,
    SessionRequest,
};
use crate::RepositoryError;
use crate::ids::{ConversationId, CourseId, MessageId, PackageId, RequestId, StudentId, TutorId, UserId};
use crate::page::{Page, PageRequest};
use crate::schedule::{Booking, Parties};

/// What a sent request can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The request.
    pub request_id: RequestId,
    /// The conversation of the two.
    pub conversation_id: ConversationId,
    /// Its message in it.
    pub message_id: MessageId,
}

/// Whose requests a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreationQuery {
    /// Who asks.
    pub requester: UserId,
    /// For whom.
    pub student: StudentId,
    /// Whom.
    pub tutor: TutorId,
    /// Under which package.
    pub package: Option<PackageId>,
    /// Rejections before this instant do not count.
    pub rejected_since: DateTime<Utc>,
    /// Requests that expire by this instant are not pending.
    pub now: DateTime<Utc>,
}

/// Keeps session requests and what their acceptance creates.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait RequestRepository: Send + Sync {
    /// What a decision about a new request is made on.
    async fn creation_facts(&self, query: CreationQuery) -> Result<CreationFacts, RepositoryError>;

    /// Writes a request, the conversation of the two where there is none, and the request's message,
    /// atomically. MUST answer `Conflict`, with nothing written, where the same request is pending, where
    /// too many are, where the package or the requester's care of the student ended, or where one of the
    /// two blocked the other.
    async fn create(&self, plan: CreationPlan) -> Result<Sent, RepositoryError>;

    /// Looks a request up; its status is as of `now`.
    async fn find(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<SessionRequest>, RepositoryError>;

    /// What takes time in the calendars of two people between two instants.
    async fn bookings(
        &self,
        parties: Parties,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Booking>, RepositoryError>;

    /// Writes a rejection or withdrawal with its message, atomically. MUST answer `Conflict`, with nothing
    /// written, where the request is no longer pending at `plan.at`.
    async fn answer(&self, plan: AnswerPlan) -> Result<(), RepositoryError>;

    /// Writes an acceptance, atomically: the request's status, the enrolment, the course, the sessions and
    /// the message. MUST answer `Conflict`, with nothing written, where the request is no longer pending
    /// at `plan.answer.at`, or where a session clashes by now. MUST never change what an earlier enrolment
    /// agreed to.
    async fn accept(&self, plan: AcceptancePlan) -> Result<CourseId, RepositoryError>;
}

/// Answers questions about session requests. Every status is as of `now`.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait RequestQueries: Send + Sync {
    /// A page of the requests that a user sent, or that ask for a profile of theirs; the newest first.
    async fn of_user(
        &self,
        user: UserId,
        tutor: Option<TutorId>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, RepositoryError>;

    /// A page of the requests to a tutor, the newest first; only those of a status where one is given.
    async fn of_tutor(
        &self,
        tutor: TutorId,
        status: Option<RequestStatus>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, RepositoryError>;

    /// One request.
    async fn one(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<RequestView>, RepositoryError>;

    /// A page of a tutor's students, each once, the latest enrolment first.
    async fn students(&self, tutor: TutorId, page: PageRequest) -> Result<Page<EnrolledStudent>, RepositoryError>;
}
