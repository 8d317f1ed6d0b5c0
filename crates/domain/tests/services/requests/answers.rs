use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role, RoleRequired};
use astegni_domain::ids::{RequestId, UserId};
use astegni_domain::requests::{
    AnswerError, AnswerRefusal, MockRequestQueries, MockRequestRepository, RequestStatus, SessionRequest,
    WithdrawalFacts, plan_rejection, plan_withdrawal,
};
use futures_executor::block_on;
use mockall::predicate::eq;

use super::{ID, other_tutor, record, request, service, tutor, with_status, writing};
use crate::support::{now, student};

const REASON: &str = "No time";

fn found(status: RequestStatus) -> MockRequestRepository {
    let mut requests = MockRequestRepository::new();
    requests.expect_find().once().with(eq(ID), eq(now())).returning(move |_, _| Ok(Some(with_status(status))));
    requests
}

fn reject(requests: MockRequestRepository, actor: &Actor) -> Result<(), AnswerError> {
    block_on(writing(requests).reject(actor, ID, Some(REASON.to_owned()))).map(|at| assert_eq!(at, now()))
}

#[test]
fn a_rejection_is_written_as_planned() {
    let mut requests = found(RequestStatus::Pending);
    let plan = plan_rejection(tutor().profiles.tutor.unwrap(), &request(), Some(REASON.to_owned()), now()).unwrap();
    requests.expect_answer().once().with(eq(plan)).returning(|_| Ok(()));
    reject(requests, &tutor()).unwrap();
}

#[test]
fn only_the_recipient_rejects() {
    let refusal = reject(MockRequestRepository::new(), &student());
    assert!(matches!(refusal, Err(AnswerError::RoleRequired(RoleRequired(Role::Tutor)))));
    let refusal = reject(found(RequestStatus::Pending), &other_tutor());
    assert!(matches!(refusal, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
    let mut requests = MockRequestRepository::new();
    requests.expect_find().once().returning(|_, _| Ok(None));
    let refusal = reject(requests, &tutor());
    assert!(matches!(refusal, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
}

#[test]
fn a_rejection_that_comes_second_reports_the_status() {
    let mut requests = MockRequestRepository::new();
    let mut statuses = [RequestStatus::Pending, RequestStatus::Withdrawn].into_iter();
    requests.expect_find().times(2).returning(move |_, _| Ok(Some(with_status(statuses.next().unwrap()))));
    requests.expect_answer().once().returning(|_| Err(RepositoryError::Conflict));
    let refusal = reject(requests, &tutor());
    let withdrawn = AnswerRefusal::AlreadyAnswered(RequestStatus::Withdrawn);
    assert!(matches!(refusal, Err(AnswerError::Refused(refusal)) if refusal == withdrawn));
}

#[test]
fn failures_of_the_store_are_passed_on() {
    let mut requests = MockRequestRepository::new();
    requests.expect_find().once().returning(|_, _| Err(RepositoryError::Unavailable("down".into())));
    let outcome = reject(requests, &tutor());
    assert!(matches!(outcome, Err(AnswerError::Repository(RepositoryError::Unavailable(_)))));
    let mut requests = MockRequestRepository::new();
    requests.expect_withdrawal_facts().once().returning(|_, _, _| Err(RepositoryError::Unavailable("down".into())));
    let outcome = block_on(writing(requests).withdraw(&student(), ID));
    assert!(matches!(outcome, Err(AnswerError::Repository(RepositoryError::Unavailable(_)))));
}

/// A request of another user for another student.
fn of_others() -> SessionRequest {
    let mut request = SessionRequest { requester_id: UserId::new(5), ..request() };
    request.parties.student = UserId::new(6);
    request
}

#[test]
fn a_withdrawal_is_written_as_planned_and_shown_to_the_caller() {
    for (request, is_guardian) in [(request(), false), (of_others(), true)] {
        let facts = WithdrawalFacts { request, is_guardian };
        let mut requests = MockRequestRepository::new();
        let loaded = facts.clone();
        requests
            .expect_withdrawal_facts()
            .once()
            .with(eq(ID), eq(UserId::new(1)), eq(now()))
            .returning(move |_, _, _| Ok(Some(loaded.clone())));
        let plan = plan_withdrawal(UserId::new(1), &facts, now()).unwrap();
        assert_eq!(plan.guardianship.is_some(), is_guardian);
        requests.expect_answer().once().with(eq(plan)).returning(|_| Ok(()));
        let mut queries = MockRequestQueries::new();
        queries
            .expect_find()
            .once()
            .with(eq(ID), eq(now()))
            .returning(|_, _| Ok(Some(record(RequestStatus::Withdrawn))));
        let view = block_on(service(requests, queries).withdraw(&student(), ID)).unwrap();
        assert_eq!(view, record(RequestStatus::Withdrawn).shown_to(UserId::new(1)));
    }
}

#[test]
fn a_guardian_whose_guardianship_ends_meanwhile_finds_no_request() {
    let mut requests = MockRequestRepository::new();
    let mut guardian = [true, false].into_iter();
    requests.expect_withdrawal_facts().times(2).returning(move |_, _, _| {
        Ok(Some(WithdrawalFacts { request: of_others(), is_guardian: guardian.next().unwrap() }))
    });
    requests.expect_answer().once().returning(|_| Err(RepositoryError::Conflict));
    let refusal = block_on(writing(requests).withdraw(&student(), ID));
    assert!(matches!(refusal, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
}

#[test]
fn uninvolved_callers_withdraw_nothing() {
    let of_others = Some(WithdrawalFacts { request: of_others(), is_guardian: false });
    for facts in [None, of_others] {
        let mut requests = MockRequestRepository::new();
        requests.expect_withdrawal_facts().once().return_once(move |_, _, _| Ok(facts));
        let refusal = block_on(writing(requests).withdraw(&student(), RequestId::new(7)));
        assert!(matches!(refusal, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
    }
}

#[test]
fn a_withdrawn_request_that_vanishes_is_not_found() {
    let mut requests = MockRequestRepository::new();
    let facts = WithdrawalFacts { request: request(), is_guardian: false };
    requests.expect_withdrawal_facts().once().return_once(move |_, _, _| Ok(Some(facts)));
    requests.expect_answer().once().returning(|_| Ok(()));
    let mut queries = MockRequestQueries::new();
    queries.expect_find().once().returning(|_, _| Ok(None));
    let refusal = block_on(service(requests, queries).withdraw(&student(), ID));
    assert!(matches!(refusal, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
}
