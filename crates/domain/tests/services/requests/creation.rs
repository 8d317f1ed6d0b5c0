use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::connections::Standing;
use astegni_domain::ids::{ConversationId, MessageId, PackageId, RequestId, StudentId, TutorId, UserId};
use astegni_domain::requests::{
    CreateRequestError, CreationFacts, CreationPlan, CreationQuery, CreationRefusal, DuplicateKey,
    MockRequestRepository, PendingRequest, RequestDraft, RequestLimits, SentRequest, StudentFact, TutorFact,
    plan_creation,
};
use astegni_domain::validation::Invalid;
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_executor::block_on;
use mockall::predicate::eq;

use super::writing;
use crate::support::{now, student};

fn draft() -> RequestDraft {
    RequestDraft { tutor_id: Some(TutorId::new(2)), ..RequestDraft::default() }
}

fn facts(pending: Vec<PendingRequest>) -> CreationFacts {
    CreationFacts {
        tutor: Some(TutorFact { id: TutorId::new(2), user_id: UserId::new(3), time_zone: Tz::UTC }),
        standing: Standing::Open,
        student_blocked: false,
        package: None,
        student: Some(StudentFact { id: StudentId::new(8), user_id: UserId::new(1), is_ward: false }),
        pending_count: 0,
        pending,
        rejections: Vec::new(),
    }
}

fn pending() -> PendingRequest {
    let key =
        DuplicateKey { requester: UserId::new(1), student: StudentId::new(8), tutor: TutorId::new(2), package: None };
    PendingRequest { id: RequestId::new(7), key, created_at: now() }
}

fn sent() -> SentRequest {
    SentRequest {
        request_id: RequestId::new(1),
        conversation_id: ConversationId::new(2),
        message_id: MessageId::new(3),
        created_at: now(),
    }
}

fn plan() -> CreationPlan {
    plan_creation(&student(), &draft(), &facts(Vec::new()), RequestLimits::default(), now()).unwrap()
}

fn create(requests: MockRequestRepository, actor: &Actor) -> Result<SentRequest, CreateRequestError> {
    block_on(writing(requests).create(actor, draft()))
}

#[test]
fn a_request_is_planned_on_the_facts_of_its_query_and_written_as_planned() {
    let mut requests = MockRequestRepository::new();
    let query = CreationQuery {
        requester: UserId::new(1),
        student: StudentId::new(8),
        tutor: TutorId::new(2),
        package: None,
        rejected_since: now() - TimeDelta::days(30),
        now: now(),
    };
    requests.expect_creation_facts().once().with(eq(query)).returning(|_| Ok(facts(Vec::new())));
    requests.expect_create().once().with(eq(plan())).returning(|_| Ok(sent()));
    assert_eq!(create(requests, &student()).unwrap(), sent());
}

#[test]
fn the_package_of_the_draft_is_queried() {
    let mut requests = MockRequestRepository::new();
    let package = Some(PackageId::new(5));
    requests
        .expect_creation_facts()
        .once()
        .withf(move |query| query.package == package)
        .returning(|_| Ok(facts(Vec::new())));
    let draft = RequestDraft { package_id: package, ..draft() };
    let refusal = block_on(writing(requests).create(&student(), draft));
    assert!(matches!(refusal, Err(CreateRequestError::Refused(CreationRefusal::Invalid(_)))));
}

#[test]
fn a_conflict_is_decided_again_on_fresh_facts() {
    let mut requests = MockRequestRepository::new();
    let mut found = [Vec::new(), vec![pending()]].into_iter();
    requests.expect_creation_facts().times(2).returning(move |_| Ok(facts(found.next().unwrap())));
    requests.expect_create().once().returning(|_| Err(RepositoryError::Conflict));
    let expected = CreationRefusal::Duplicate { id: RequestId::new(7), created_at: now() };
    let refusal = create(requests, &student());
    assert!(matches!(refusal, Err(CreateRequestError::Refused(refusal)) if refusal == expected));
}

#[test]
fn conflicts_are_retried_up_to_eight_attempts() {
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().times(8).returning(|_| Ok(facts(Vec::new())));
    requests.expect_create().times(8).returning(|_| Err(RepositoryError::Conflict));
    let outcome = create(requests, &student());
    assert!(matches!(outcome, Err(CreateRequestError::Repository(RepositoryError::Conflict))));
}

#[test]
fn a_refused_request_is_not_written() {
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().once().returning(|_| Ok(facts(vec![pending()])));
    assert!(create(requests, &student()).is_err());
}

#[test]
fn invalid_callers_and_drafts_are_rejected_before_any_query() {
    let tutor = Actor { active_role: Some(Role::Tutor), ..student() };
    let refusal = create(MockRequestRepository::new(), &tutor);
    assert!(matches!(refusal, Err(CreateRequestError::Refused(CreationRefusal::WrongRole))));

    let mut without_tutor = RequestDraft::default();
    without_tutor.violations.add("weeks", Invalid::new("out_of_range", "must be from 1 to 26"));
    let refusal = block_on(writing(MockRequestRepository::new()).create(&student(), without_tutor));
    let Err(CreateRequestError::Refused(CreationRefusal::Invalid(violations))) = refusal else {
        panic!("the request is not invalid");
    };
    let fields: Vec<_> = violations.errors().iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["weeks", "tutor_id"]);
}

#[test]
fn failures_of_the_store_are_passed_on() {
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().once().returning(|_| Err(RepositoryError::Unavailable("down".into())));
    let outcome = create(requests, &student());
    assert!(matches!(outcome, Err(CreateRequestError::Repository(RepositoryError::Unavailable(_)))));
    let mut requests = MockRequestRepository::new();
    requests.expect_creation_facts().once().returning(|_| Ok(facts(Vec::new())));
    requests.expect_create().once().returning(|_| Err(RepositoryError::Unexpected("broken".into())));
    let outcome = create(requests, &student());
    assert!(matches!(outcome, Err(CreateRequestError::Repository(RepositoryError::Unexpected(_)))));
}
