//! The use cases of session requests, over mocks of their ports.

use std::sync::Arc;

use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::clock::ManualClock;
use astegni_domain::connections::Standing;
use astegni_domain::ids::{ConversationId, MessageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{
    CreateRequestError, CreationFacts, CreationRefusal, DuplicateKey, Earlier, MockRequestQueries,
    MockRequestRepository, RequestDraft, RequestLimits, RequestService, RequestStatus, ScheduleDraft, Sent,
    StudentFact, TutorFact,
};
use astegni_domain::validation::Violations;
use chrono_tz::Tz;
use futures_executor::block_on;

use crate::support::{now, student};

fn draft() -> RequestDraft {
    RequestDraft {
        tutor_id: TutorId::new(2),
        package_id: None,
        student_id: None,
        message: None,
        schedule: ScheduleDraft::default(),
        counter_offer_price: None,
        preferred_schedule: None,
        year_range: Vec::new(),
        months: Vec::new(),
    }
}

fn facts(pending: Vec<Earlier>) -> CreationFacts {
    CreationFacts {
        tutor: Some(TutorFact { id: TutorId::new(2), user_id: UserId::new(3), time_zone: Tz::UTC }),
        standing: Standing::Open,
        student_may: true,
        package: None,
        student: Some(StudentFact { id: StudentId::new(8), user_id: UserId::new(1), in_care: false }),
        pending_count: 0,
        pending,
        rejections: Vec::new(),
    }
}

fn earlier() -> Earlier {
    let key =
        DuplicateKey { requester: UserId::new(1), student: StudentId::new(8), tutor: TutorId::new(2), package: None };
    Earlier { id: RequestId::new(7), key, status: RequestStatus::Pending, created_at: now() }
}

fn create(requests: MockRequestRepository, actor: &Actor) -> Result<Sent, CreateRequestError> {
    let queries = Arc::new(MockRequestQueries::new());
    let clock = Arc::new(ManualClock::new(now()));
    let service = RequestService::new(Arc::new(requests), queries, clock, RequestLimits::default());
    block_on(service.create(actor, draft(), Violations::new())).map(|(sent, _)| sent)
}

#[test]
fn a_conflict_is_decided_anew_on_fresh_facts() {
    let mut requests = MockRequestRepository::new();
    let mut pending = [Vec::new(), vec![earlier()]].into_iter();
    requests.expect_creation_facts().times(2).returning(move |_| Ok(facts(pending.next().unwrap())));
    requests.expect_create().once().returning(|_| Err(RepositoryError::Conflict));
    let refusal = create(requests, &student());
    let id = RequestId::new(7);
    assert!(matches!(refusal, Err(CreateRequestError::Refused(CreationRefusal::Duplicate { id: of, .. })) if of == id));
}

#[test]
fn conflicts_without_end_are_given_up() {
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().times(8).returning(|_| Ok(facts(Vec::new())));
    requests.expect_create().times(8).returning(|_| Err(RepositoryError::Conflict));
    let given_up = create(requests, &student());
    assert!(matches!(given_up, Err(CreateRequestError::Repository(RepositoryError::Conflict))));
}

#[test]
fn a_refusal_persists_nothing() {
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().once().returning(|_| Ok(facts(vec![earlier()])));
    requests.expect_create().never();
    assert!(create(requests, &student()).is_err());
    let tutor = Actor { active_role: Some(Role::Tutor), ..student() };
    let untouched = MockRequestRepository::new();
    let refusal = create(untouched, &tutor);
    assert!(matches!(refusal, Err(CreateRequestError::Refused(CreationRefusal::WrongRole))));
}

#[test]
fn the_plan_is_what_is_persisted() {
    let sent =
        Sent { request_id: RequestId::new(1), conversation_id: ConversationId::new(2), message_id: MessageId::new(3) };
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().once().returning(|_| Ok(facts(Vec::new())));
    let expected = |plan: &astegni_domain::requests::CreationPlan| plan.created_at == now() && plan.max_pending == 20;
    requests.expect_create().once().withf(expected).returning(move |_| Ok(sent));
    assert_eq!(create(requests, &student()).unwrap(), sent);
}
