//! The use cases of session requests: load, decide, persist.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    AcceptError, AcceptRefusal, Acceptance, AnswerError, AnswerRefusal, CreateRequestError, CreationQuery,
    CreationRefusal, EnrolledStudent, EnrolmentRecord, Preview, Proposal, ReadRequestError, RequestDraft,
    RequestLimits, RequestQueries, RequestRecord, RequestRepository, RequestStatus, RequestTransition, RequestView,
    SentRequest, SessionRequest, creation, plan_acceptance, plan_creation, plan_rejection, plan_withdrawal,
};
use crate::accounts::Actor;
use crate::ids::{CourseId, RequestId};
use crate::money::Money;
use crate::page::{Page, PageRequest};
use crate::schedule::{AvailabilityRepository, BusyTimes, CalendarQueries, Conflict, Objection, Openings};
use crate::{Clock, RepositoryError, retry_on_conflict};

/// The outcome of an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedRequest {
    /// The instant of the acceptance.
    pub responded_at: DateTime<Utc>,
    /// The agreed price, if there is one.
    pub agreed_price: Option<Money>,
    /// The course that was created for the student.
    pub course_id: CourseId,
    /// The number of sessions that were created.
    pub sessions_created: usize,
    /// Sessions that were left out because they conflict.
    pub skipped: Vec<Conflict>,
}

/// The use cases of session requests.
#[derive(Clone)]
pub struct RequestService {
    requests: Arc<dyn RequestRepository>,
    queries: Arc<dyn RequestQueries>,
    calendars: Arc<dyn CalendarQueries>,
    availability: Arc<dyn AvailabilityRepository>,
    clock: Arc<dyn Clock>,
    limits: RequestLimits,
}

/// The outcome of an acceptance at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedAcceptance {
    /// The sessions and conflicts of the acceptance.
    pub preview: Preview,
    /// The reasons, for each of the preview's sessions, why the tutor's availability does not offer it. They do not prevent the
    /// acceptance.
    pub objections: Vec<Vec<Objection>>,
}

impl RequestService {
    /// Creates the service over its ports.
    pub fn new(
        requests: Arc<dyn RequestRepository>,
        queries: Arc<dyn RequestQueries>,
        calendars: Arc<dyn CalendarQueries>,
        availability: Arc<dyn AvailabilityRepository>,
        clock: Arc<dyn Clock>,
        limits: RequestLimits,
    ) -> Self {
        Self { requests, queries, calendars, availability, clock, limits }
    }

    /// Sends a request to a tutor.
    pub async fn create(&self, actor: &Actor, draft: RequestDraft) -> Result<SentRequest, CreateRequestError> {
        let applicant = creation::applicant(actor, draft.student_id).map_err(CreateRequestError::Refused)?;
        let tutor =
            draft.tutor().map_err(|violations| CreateRequestError::Refused(CreationRefusal::Invalid(violations)))?;
        retry_on_conflict(async || {
            let now = self.clock.now();
            let query = CreationQuery {
                requester: actor.user_id,
                student: applicant.student,
                tutor,
                package: draft.package_id,
                rejected_since: self.limits.rejections_count_from(now),
                now,
            };
            let facts = self.requests.creation_facts(query).await?;
            let plan = plan_creation(actor, &draft, &facts, self.limits, now).map_err(CreateRequestError::Refused)?;
            Ok(self.requests.create(plan).await)
        })
        .await
    }

    /// Withdraws a request of the caller, for the caller, or for a child of the caller.
    pub async fn withdraw(&self, actor: &Actor, id: RequestId) -> Result<RequestView, AnswerError> {
        retry_on_conflict(async || {
            let now = self.clock.now();
            let facts = self.requests.withdrawal_facts(id, actor.user_id, now).await?;
            let facts = facts.ok_or(AnswerError::Refused(AnswerRefusal::NotFound))?;
            let plan = plan_withdrawal(actor.user_id, &facts, now).map_err(AnswerError::Refused)?;
            Ok::<_, AnswerError>(self.requests.answer(plan).await)
        })
        .await?;
        let withdrawn = self.queries.find(id, self.clock.now()).await?;
        let withdrawn = withdrawn.ok_or(AnswerError::Refused(AnswerRefusal::NotFound))?;
        Ok(withdrawn.shown_to(actor.user_id))
    }

    /// Rejects a request to the caller and returns the instant of the rejection.
    pub async fn reject(
        &self,
        actor: &Actor,
        id: RequestId,
        reason: Option<String>,
    ) -> Result<DateTime<Utc>, AnswerError> {
        let tutor = actor.tutor()?.profile;
        retry_on_conflict(async || {
            let now = self.clock.now();
            let request = self.requests.find(id, now).await?;
            let request = request.ok_or(AnswerError::Refused(AnswerRefusal::NotFound))?;
            let plan = plan_rejection(tutor, &request, reason.clone(), now).map_err(AnswerError::Refused)?;
            Ok(self.requests.answer(plan).await.map(|()| now))
        })
        .await
    }

    /// Accepts a request to the caller: enrols the student and books the sessions.
    ///
    /// Most acceptances conflict with nothing, and the write compares the sessions with the locked calendars. The calendars
    /// are therefore read only if a session has passed or the write has failed, to tell or to leave out what conflicts.
    pub async fn accept(
        &self,
        actor: &Actor,
        id: RequestId,
        acceptance: Acceptance,
    ) -> Result<AcceptedRequest, AcceptError> {
        let now = self.clock.now();
        let (request, proposal) = self.consider(actor, id, &acceptance, now).await?;
        let preview = proposal.check(&BusyTimes::default(), now);
        if preview.conflicts.is_empty() && preview.skipped.is_empty() {
            match self.write_acceptance(&request, preview, now).await? {
                Err(RepositoryError::Conflict) => {}
                outcome => return Ok(outcome?),
            }
        }
        retry_on_conflict(async || {
            let now = self.clock.now();
            let (request, proposal) = self.consider(actor, id, &acceptance, now).await?;
            let preview = self.compare(&request, proposal, now).await?;
            self.write_acceptance(&request, preview, now).await
        })
        .await
    }

    /// Returns what an acceptance would create, and what of it the tutor's availability does not offer. Nothing is written.
    pub async fn preview(
        &self,
        actor: &Actor,
        id: RequestId,
        acceptance: Acceptance,
    ) -> Result<PreviewedAcceptance, AcceptError> {
        let now = self.clock.now();
        let (request, proposal) = self.consider(actor, id, &acceptance, now).await?;
        let Some(window) = proposal.window() else {
            let preview = proposal.check(&BusyTimes::default(), now);
            return Ok(PreviewedAcceptance { preview, objections: Vec::new() });
        };
        let tutor = request.parties.tutor;
        let availability = self.availability.availability(tutor).await?;
        let reach = Openings::reach(&availability, &window);
        let busy = self.calendars.busy_times(request.parties, reach).await?;
        let mut openings = Openings::new(&availability, tutor, &window, &busy.bookings, now);
        let preview = proposal.check(&busy, now);
        let objections = preview.sessions.iter().map(|session| {
            let objections = openings.objections(session.period());
            openings.add(session.period());
            objections
        });
        Ok(PreviewedAcceptance { objections: objections.collect(), preview })
    }

    /// Loads a pending request to the caller, and proposes its sessions.
    async fn consider(
        &self,
        actor: &Actor,
        id: RequestId,
        acceptance: &Acceptance,
        now: DateTime<Utc>,
    ) -> Result<(SessionRequest, Proposal), AcceptError> {
        let tutor = actor.tutor()?.profile;
        let request = self.requests.find(id, now).await?;
        let request = request.filter(|request| request.tutor_id == tutor).ok_or(AcceptError::NotFound)?;
        request
            .apply(RequestTransition::Accept, now)
            .map_err(|status| AcceptError::Refused(AcceptRefusal::AlreadyAnswered(status)))?;
        let proposal = Proposal::new(&request, acceptance, now)
            .map_err(|violations| AcceptError::Refused(AcceptRefusal::Invalid(violations)))?;
        Ok((request, proposal))
    }

    /// Compares a proposal with both calendars.
    async fn compare(
        &self,
        request: &SessionRequest,
        proposal: Proposal,
        now: DateTime<Utc>,
    ) -> Result<Preview, RepositoryError> {
        let busy = match proposal.window() {
            Some(window) => self.calendars.busy_times(request.parties, window).await?,
            None => BusyTimes::default(),
        };
        Ok(proposal.check(&busy, now))
    }

    /// Writes an acceptance with the sessions of a preview. The inner error is that of the write.
    async fn write_acceptance(
        &self,
        request: &SessionRequest,
        preview: Preview,
        now: DateTime<Utc>,
    ) -> Result<Result<AcceptedRequest, RepositoryError>, AcceptError> {
        let plan = match plan_acceptance(request, preview, now) {
            Ok(plan) => plan,
            Err(refusal) => return Err(self.explain(request.id, refusal).await),
        };
        let (agreed_price, sessions_created) = (plan.agreed_price, plan.sessions.len());
        let skipped = plan.skipped.clone();
        Ok(self.requests.accept(plan).await.map(|course_id| AcceptedRequest {
            responded_at: now,
            agreed_price,
            course_id,
            sessions_created,
            skipped,
        }))
    }

    /// Prefers `AlreadyAnswered` to conflicts. The bookings were read after the request, so they may include the
    /// sessions of a concurrent acceptance of the same request.
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

    /// Writes down and announces the expiry of all requests past their deadlines.
    pub async fn expire_overdue(&self) -> Result<(), RepositoryError> {
        while self.requests.expire_overdue(self.clock.now()).await? {}
        Ok(())
    }

    /// Lists the requests that the caller sent or received, and those for the caller or a child of the caller, newest
    /// first.
    pub async fn mine(&self, actor: &Actor, page: PageRequest) -> Result<Page<RequestView>, RepositoryError> {
        let records = self.queries.of_user(actor.user_id, actor.profiles.tutor, page, self.clock.now()).await?;
        Ok(shown_to(actor, records))
    }

    /// Lists the requests to the caller, newest first.
    pub async fn received(
        &self,
        actor: &Actor,
        status: Option<RequestStatus>,
        page: PageRequest,
    ) -> Result<Page<RequestView>, ReadRequestError> {
        let tutor = actor.tutor()?.profile;
        Ok(shown_to(actor, self.queries.of_tutor(tutor, status, page, self.clock.now()).await?))
    }

    /// Finds a request to the caller.
    pub async fn find_received(&self, actor: &Actor, id: RequestId) -> Result<RequestView, ReadRequestError> {
        let tutor = actor.tutor()?.profile;
        let record = self.queries.find(id, self.clock.now()).await?;
        let record = record.filter(|record| record.request.tutor_id == tutor).ok_or(ReadRequestError::NotFound)?;
        Ok(record.shown_to(actor.user_id))
    }

    /// Lists the caller's students, each with the latest enrolment, newest first.
    pub async fn students(&self, actor: &Actor, page: PageRequest) -> Result<Page<EnrolledStudent>, ReadRequestError> {
        let tutor = actor.tutor()?;
        let records = self.queries.students(tutor.profile, page).await?;
        Ok(records.map(|record: EnrolmentRecord| record.shown_to_tutor(tutor.user)))
    }
}

fn shown_to(actor: &Actor, records: Page<RequestRecord>) -> Page<RequestView> {
    records.map(|record| record.shown_to(actor.user_id))
}
