//! The use cases of session requests: load, decide, persist.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    AcceptError, AcceptRefusal, Acceptance, AnswerError, AnswerPlan, CreateRequestError, CreationQuery,
    EnrolledStudent, Preview, ReadRequestError, RequestDraft, RequestLimits, RequestQueries, RequestRepository,
    RequestStatus, RequestView, Sent, SessionRequest, acceptance, creation, plan_acceptance, plan_creation,
    plan_rejection, plan_withdrawal, preview,
};
use crate::accounts::Actor;
use crate::ids::{CourseId, RequestId};
use crate::money::Money;
use crate::page::{Page, PageRequest};
use crate::schedule::{Booking, Conflict, Occurrence};
use crate::validation::Violations;
use crate::{Clock, RepositoryError, retry_on_conflict};

/// What came of an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When, an instant.
    pub responded_at: DateTime<Utc>,
    /// What was agreed.
    pub agreed_price: Option<Money>,
    /// The student's course.
    pub course_id: CourseId,
    /// How many sessions it has.
    pub sessions_created: usize,
    /// What was left out because it could not be booked.
    pub skipped: Vec<Conflict>,
}

/// The use cases of session requests.
#[derive(Clone)]
pub struct RequestService {
    requests: Arc<dyn RequestRepository>,
    queries: Arc<dyn RequestQueries>,
    clock: Arc<dyn Clock>,
    limits: RequestLimits,
}

impl RequestService {
    /// Wires the use cases to their ports.
    pub fn new(
        requests: Arc<dyn RequestRepository>,
        queries: Arc<dyn RequestQueries>,
        clock: Arc<dyn Clock>,
        limits: RequestLimits,
    ) -> Self {
        Self { requests, queries, clock, limits }
    }

    /// Sends a request. `violations` holds what was found when the draft's fields were parsed.
    pub async fn create(
        &self,
        actor: &Actor,
        draft: RequestDraft,
        violations: Violations,
    ) -> Result<(Sent, DateTime<Utc>), CreateRequestError> {
        let (_, student) = creation::student_asked_for(actor, draft.student_id).map_err(CreateRequestError::Refused)?;
        retry_on_conflict(async || {
            let now = self.clock.now();
            let query = CreationQuery {
                requester: actor.user_id,
                student,
                tutor: draft.tutor_id,
                package: draft.package_id,
                rejected_since: self.limits.rejections_count_from(now),
                now,
            };
            let facts = self.requests.creation_facts(query).await?;
            let plan = plan_creation(actor, &draft, violations.clone(), &facts, self.limits, now)
                .map_err(CreateRequestError::Refused)?;
            Ok(self.requests.create(plan).await.map(|sent| (sent, now)))
        })
        .await
    }

    /// Takes one of the caller's own requests back.
    pub async fn withdraw(&self, actor: &Actor, id: RequestId) -> Result<RequestView, AnswerError> {
        self.answer(id, |request, now| {
            if request.requester_id == actor.user_id {
                Ok(plan_withdrawal(request, now))
            } else {
                Err(AnswerError::NotFound)
            }
        })
        .await?;
        self.queries.one(id, self.clock.now()).await?.ok_or(AnswerError::NotFound)
    }

    /// Says no to a request to the caller; answers with the instant.
    pub async fn reject(
        &self,
        actor: &Actor,
        id: RequestId,
        reason: Option<String>,
    ) -> Result<DateTime<Utc>, AnswerError> {
        let tutor = actor.tutor()?.profile;
        self.answer(id, |request, now| {
            if request.tutor_id == tutor {
                Ok(plan_rejection(request, reason.clone(), now))
            } else {
                Err(AnswerError::NotFound)
            }
        })
        .await
    }

    async fn answer(
        &self,
        id: RequestId,
        decide: impl Fn(&SessionRequest, DateTime<Utc>) -> Result<Result<AnswerPlan, RequestStatus>, AnswerError>,
    ) -> Result<DateTime<Utc>, AnswerError> {
        retry_on_conflict(async || {
            let now = self.clock.now();
            let request = self.requests.find(id, now).await?.ok_or(AnswerError::NotFound)?;
            let plan = decide(&request, now)?.map_err(AnswerError::AlreadyAnswered)?;
            Ok(self.requests.answer(plan).await.map(|()| now))
        })
        .await
    }

    /// Says yes to a request to the caller: enrols the student and books the sessions.
    pub async fn accept(&self, actor: &Actor, id: RequestId, acceptance: Acceptance) -> Result<Answered, AcceptError> {
        retry_on_conflict(async || {
            let now = self.clock.now();
            let (request, booked) = self.consider(actor, id, &acceptance, now).await?;
            let plan = match plan_acceptance(&request, &acceptance, &booked, now) {
                Ok(plan) => plan,
                Err(refusal) => return Err(self.explain(id, refusal).await),
            };
            let (agreed_price, sessions_created) = (plan.agreed_price, plan.sessions.len());
            let skipped = plan.skipped.clone();
            Ok(self.requests.accept(plan).await.map(|course_id| Answered {
                responded_at: now,
                agreed_price,
                course_id,
                sessions_created,
                skipped,
            }))
        })
        .await
    }

    /// What is booked was read after the request: what stands in its way may be its own sessions, because
    /// somebody has just accepted it. Then that is the reason.
    async fn explain(&self, id: RequestId, refusal: AcceptRefusal) -> AcceptError {
        if matches!(refusal, AcceptRefusal::Conflicts(_)) {
            match self.requests.find(id, self.clock.now()).await {
                Ok(Some(request)) if request.status != RequestStatus::Pending => {
                    return AcceptError::Refused(AcceptRefusal::AlreadyAnswered(request.status));
                }
                Ok(_) => {}
                Err(error) => return error.into(),
            }
        }
        AcceptError::Refused(refusal)
    }

    /// What accepting would create; writes nothing.
    pub async fn preview(
        &self,
        actor: &Actor,
        id: RequestId,
        acceptance: Acceptance,
    ) -> Result<(SessionRequest, Preview), AcceptError> {
        let now = self.clock.now();
        let (request, booked) = self.consider(actor, id, &acceptance, now).await?;
        if request.status != RequestStatus::Pending {
            return Err(AcceptError::Refused(AcceptRefusal::AlreadyAnswered(request.status)));
        }
        let preview = preview(&request, &acceptance, &booked, now)
            .map_err(|violations| AcceptError::Refused(AcceptRefusal::Invalid(violations)))?;
        Ok((request, preview))
    }

    /// A request to the caller, and what is booked while its sessions would be.
    async fn consider(
        &self,
        actor: &Actor,
        id: RequestId,
        acceptance: &Acceptance,
        now: DateTime<Utc>,
    ) -> Result<(SessionRequest, Vec<Booking>), AcceptError> {
        let tutor = actor.tutor()?.profile;
        let request = self.requests.find(id, now).await?;
        let request = request.filter(|request| request.tutor_id == tutor).ok_or(AcceptError::NotFound)?;
        let occurrences = acceptance::occurrences(&request, acceptance, now)
            .map_err(|violations| AcceptError::Refused(AcceptRefusal::Invalid(violations)))?;
        let booked = match span(&occurrences) {
            Some((from, to)) => self.requests.bookings(request.parties, from, to).await?,
            None => Vec::new(),
        };
        Ok((request, booked))
    }

    /// A page of the requests that the caller sent or received, the newest first.
    pub async fn mine(&self, actor: &Actor, page: PageRequest) -> Result<Page<RequestView>, RepositoryError> {
        self.queries.of_user(actor.user_id, actor.profiles.tutor, page, self.clock.now()).await
    }

    /// A page of the requests to the caller, the newest first.
    pub async fn received(
        &self,
        actor: &Actor,
        status: Option<RequestStatus>,
        page: PageRequest,
    ) -> Result<Page<RequestView>, ReadRequestError> {
        let tutor = actor.tutor()?.profile;
        Ok(self.queries.of_tutor(tutor, status, page, self.clock.now()).await?)
    }

    /// One request to the caller.
    pub async fn received_one(&self, actor: &Actor, id: RequestId) -> Result<RequestView, ReadRequestError> {
        let tutor = actor.tutor()?.profile;
        let view = self.queries.one(id, self.clock.now()).await?;
        view.filter(|view| view.request.tutor_id == tutor).ok_or(ReadRequestError::NotFound)
    }

    /// A page of the caller's students, each once, the latest enrolment first.
    pub async fn students(&self, actor: &Actor, page: PageRequest) -> Result<Page<EnrolledStudent>, ReadRequestError> {
        let tutor = actor.tutor()?.profile;
        Ok(self.queries.students(tutor, page).await?)
    }
}

/// From the first start to the last end of some ascending occurrences.
fn span(occurrences: &[Occurrence]) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let from = occurrences.first()?.starts_at;
    occurrences.iter().map(|occurrence| occurrence.ends_at).max().map(|to| (from, to))
}
