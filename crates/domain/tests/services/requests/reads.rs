use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Role, RoleRequired};
use astegni_domain::ids::{EnrolmentId, StudentId, TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::requests::{
    EnrolledStudent, Enrolment, EnrolmentRecord, MockRequestQueries, ReadRequestError, RequestRecord, RequestStatus,
    RequesterType,
};
use futures_executor::block_on;
use mockall::predicate::eq;

use super::{ID, other_tutor, reading, record, tutor};
use crate::support::{now, student};

const NEXT: Option<Keyset> = Some(Keyset { sort: 7, id: 7 });

fn page() -> Page<RequestRecord> {
    Page { items: vec![record(RequestStatus::Accepted)], next: NEXT }
}

#[test]
fn callers_see_their_requests_as_they_may() {
    for (actor, profile) in [(student(), None), (tutor(), Some(TutorId::new(2)))] {
        let mut queries = MockRequestQueries::new();
        queries
            .expect_of_user()
            .once()
            .with(eq(actor.user_id), eq(profile), eq(PageRequest::FIRST), eq(now()))
            .returning(|_, _, _, _| Ok(page()));
        let shown = block_on(reading(queries).mine(&actor, PageRequest::FIRST)).unwrap();
        let expected = vec![record(RequestStatus::Accepted).shown_to(actor.user_id)];
        assert_eq!(shown, Page { items: expected, next: NEXT });
    }
}

#[test]
fn tutors_list_received_requests_by_status() {
    for status in [None, Some(RequestStatus::Accepted)] {
        let mut queries = MockRequestQueries::new();
        queries
            .expect_of_tutor()
            .once()
            .with(eq(TutorId::new(2)), eq(status), eq(PageRequest::FIRST), eq(now()))
            .returning(|_, _, _, _| Ok(page()));
        let shown = block_on(reading(queries).received(&tutor(), status, PageRequest::FIRST)).unwrap();
        assert_eq!(shown.items, [record(RequestStatus::Accepted).shown_to(UserId::new(3))]);
    }
    let refusal = block_on(reading(MockRequestQueries::new()).received(&student(), None, PageRequest::FIRST));
    assert!(matches!(refusal, Err(ReadRequestError::RoleRequired(RoleRequired(Role::Tutor)))));
}

#[test]
fn tutors_find_only_requests_to_themselves() {
    let found = |actor, record| {
        let mut queries = MockRequestQueries::new();
        queries.expect_find().once().with(eq(ID), eq(now())).return_once(move |_, _| Ok(record));
        block_on(reading(queries).find_received(&actor, ID))
    };
    let accepted = record(RequestStatus::Accepted);
    let view = found(tutor(), Some(accepted.clone())).unwrap();
    assert_eq!(view, accepted.clone().shown_to(UserId::new(3)));
    assert!(matches!(found(other_tutor(), Some(accepted)), Err(ReadRequestError::NotFound)));
    assert!(matches!(found(tutor(), None), Err(ReadRequestError::NotFound)));
    let refusal = block_on(reading(MockRequestQueries::new()).find_received(&student(), ID));
    assert!(matches!(refusal, Err(ReadRequestError::RoleRequired(RoleRequired(Role::Tutor)))));
}

#[test]
fn tutors_list_their_students() {
    let record = EnrolmentRecord {
        enrolment: Enrolment {
            id: EnrolmentId::new(1),
            student_id: StudentId::new(8),
            student_user_id: UserId::new(1),
            student_name: "Student".to_owned(),
            student_grade: None,
            profile_picture: None,
            package_name: None,
            accepted_at: now(),
            requester_type: RequesterType::Student,
        },
        contact: record(RequestStatus::Accepted).contact,
    };
    let mut queries = MockRequestQueries::new();
    let found = record.clone();
    queries
        .expect_students()
        .once()
        .with(eq(TutorId::new(2)), eq(PageRequest::FIRST))
        .return_once(move |_, _| Ok(Page { items: vec![found], next: NEXT }));
    let shown = block_on(reading(queries).students(&tutor(), PageRequest::FIRST)).unwrap();
    let expected: EnrolledStudent = record.shown_to_tutor(UserId::new(3));
    assert!(expected.contact.phone.is_some());
    assert_eq!(shown, Page { items: vec![expected], next: NEXT });
    let refusal = block_on(reading(MockRequestQueries::new()).students(&student(), PageRequest::FIRST));
    assert!(matches!(refusal, Err(ReadRequestError::RoleRequired(RoleRequired(Role::Tutor)))));
}

#[test]
fn failures_of_the_store_are_passed_on() {
    let down = || RepositoryError::Unavailable("down".into());
    let mut queries = MockRequestQueries::new();
    queries.expect_of_user().once().returning(move |_, _, _, _| Err(down()));
    queries.expect_of_tutor().once().returning(move |_, _, _, _| Err(down()));
    queries.expect_find().once().returning(move |_, _| Err(down()));
    queries.expect_students().once().returning(move |_, _| Err(down()));
    let service = reading(queries);
    let outcome = block_on(service.mine(&tutor(), PageRequest::FIRST));
    assert!(matches!(outcome, Err(RepositoryError::Unavailable(_))));
    let outcomes = [
        block_on(service.received(&tutor(), None, PageRequest::FIRST)).map(drop),
        block_on(service.find_received(&tutor(), ID)).map(drop),
        block_on(service.students(&tutor(), PageRequest::FIRST)).map(drop),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(ReadRequestError::Repository(RepositoryError::Unavailable(_)))));
    }
}
