//! Ports of session requests.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{
    AcceptancePlan, AnswerPlan, CreationFacts, CreationPlan, EnrolmentRecord, RequestRecord, RequestStatus,
    SessionRequest, WithdrawalFacts,
};
use crate::RepositoryError;
use crate::ids::{ConversationId, CourseId, MessageId, PackageId, RequestId, StudentId, TutorId, UserId};
use crate::page::{Page, PageRequest};

/// The rows that sending a request created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentRequest {
    /// The request.
    pub request_id: RequestId,
    /// The direct conversation of the requester and the tutor.
    pub conversation_id: ConversationId,
    /// The message about the request.
    pub message_id: MessageId,
    /// The instant of sending.
    pub created_at: DateTime<Utc>,
}

/// The key of the facts that a decision about a new request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreationQuery {
    /// The user who sends the request.
    pub requester: UserId,
    /// The student whom the sessions are for.
    pub student: StudentId,
    /// The recipient.
    pub tutor: TutorId,
    /// The package requested.
    pub package: Option<PackageId>,
    /// Only rejections after this instant count.
    pub rejected_since: DateTime<Utc>,
    /// Requests with a deadline up to this instant are not pending.
    pub now: DateTime<Utc>,
}

/// Stores session requests and what their acceptance creates.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait RequestRepository: Send + Sync {
    /// Loads the facts about a new request.
    async fn creation_facts(&self, query: CreationQuery) -> Result<CreationFacts, RepositoryError>;

    /// Writes a request, the conversation of its requester and tutor if they have none, and the message about it, in
    /// one transaction. MUST return `Conflict`, with nothing written, if an equal request is pending, a limit of the
    /// plan is reached, the package is no longer active, the guardianship has ended, or a block separates the tutor
    /// from the requester or the student.
    async fn create(&self, plan: CreationPlan) -> Result<SentRequest, RepositoryError>;

    /// Finds a request as it reads at `now`.
    async fn find(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<SessionRequest>, RepositoryError>;

    /// Finds a request as it reads at `now`, with the facts about its withdrawal by `user`.
    async fn withdrawal_facts(
        &self,
        id: RequestId,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<WithdrawalFacts>, RepositoryError>;

    /// Writes a rejection or withdrawal and its message in one transaction. MUST return `Conflict`, with nothing
    /// written, if the request is no longer pending at `plan.at` or the guardianship of the plan has ended.
    async fn answer(&self, plan: AnswerPlan) -> Result<(), RepositoryError>;

    /// Writes an acceptance in one transaction: the status, the enrolment, the course, the sessions and the message.
    /// MUST return `Conflict`, with nothing written, if the request is no longer pending at `plan.answer.at` or a
    /// session clashes with a booked one or with the tutor's time off. MUST NOT change earlier enrolments.
    async fn accept(&self, plan: AcceptancePlan) -> Result<CourseId, RepositoryError>;

    /// Writes down that some requests past their deadlines have expired, and announces it. Returns whether there may be
    /// more.
    async fn expire_overdue(&self, now: DateTime<Utc>) -> Result<bool, RepositoryError>;
}

/// Reads session requests. Every status is as of `now`.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait RequestQueries: Send + Sync {
    /// Lists the requests that [`SessionRequest::is_visible_to`] a user, newest first. `tutor` is the user's tutor
    /// profile.
    async fn of_user(
        &self,
        user: UserId,
        tutor: Option<TutorId>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestRecord>, RepositoryError>;

    /// Lists the requests to a tutor, newest first, optionally of one status.
    async fn of_tutor(
        &self,
        tutor: TutorId,
        status: Option<RequestStatus>,
        page: PageRequest,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestRecord>, RepositoryError>;

    /// Finds a request.
    async fn find(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<RequestRecord>, RepositoryError>;

    /// Lists the latest enrolment of each of a tutor's students, newest first.
    async fn students(&self, tutor: TutorId, page: PageRequest) -> Result<Page<EnrolmentRecord>, RepositoryError>;
}
