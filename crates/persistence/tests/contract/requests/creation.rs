use astegni_domain::RepositoryError;
use astegni_domain::accounts::Role;
use astegni_domain::money::Money;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, Acceptance, CreateRequestError, CreationQuery, CreationRefusal, RequestLimits,
    RequestRepository, RequestStatus, plan_creation,
};
use astegni_domain::schedule::Schedule;
use astegni_domain::tutoring::PackageRepository;
use chrono::TimeDelta;
use futures_executor::block_on;

use super::{accept, requested, send};
use crate::harness::{contract, draft, now, race, weekly};

contract! {
    fn a_request_reads_as_it_was_sent(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        let mut draft = draft(&tutor, Some(package.id));
        draft.schedule = weekly();
        draft.counter_offer_price = Some(Money::from_cents(15_000));
        draft.months = vec!["January".to_owned()];
        draft.year_range = vec![2026];
        let sent = send(&world, &student, draft).unwrap();
        let found = block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap().unwrap();
        assert_eq!(found.requester_id, student.user_id);
        assert_eq!(Some(found.student_id), student.profiles.student);
        assert_eq!(found.parties.tutor, tutor.user_id);
        assert_eq!(found.package.map(|snapshot| snapshot.price), Some(package.terms.hourly_rate));
        assert_eq!(found.terms.counter_offer_price, Some(Money::from_cents(15_000)));
        assert!(matches!(found.terms.schedule, Schedule::Weekly { days, .. } if days.len() == 3));
        assert_eq!((found.terms.months, found.terms.year_range), (vec!["January".to_owned()], vec![2026]));
        assert_eq!((found.created_at, found.status), (now(), RequestStatus::Pending));
    }

    fn one_of_fifty_equal_requests_at_once_is_sent(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        let outcomes = race(50, |_| match send(&world, &student, draft(&tutor, Some(package.id))) {
            Ok(sent) => (1, sent.request_id),
            Err(CreateRequestError::Refused(CreationRefusal::Duplicate { id, .. })) => (0, id),
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().map(|(won, _)| won).sum::<i32>(), 1);
        assert!(outcomes.iter().all(|(_, id)| *id == outcomes[0].1), "every other call names the one that was sent");
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1);
    }

    fn requests_without_a_package_are_not_duplicated_either(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        send(&world, &student, draft(&tutor, None)).unwrap();
        let again = send(&world, &student, draft(&tutor, None));
        assert!(matches!(again, Err(CreateRequestError::Refused(CreationRefusal::Duplicate { .. }))));
        send(&world, &student, draft(&tutor, Some(world.package(&tutor).id))).unwrap();
    }

    fn the_unique_index_rejects_a_duplicate_that_the_facts_missed(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        send(&world, &student, draft(&tutor, None)).unwrap();
        let query = CreationQuery {
            requester: student.user_id,
            student: student.profiles.student.unwrap(),
            tutor: tutor.profiles.tutor.unwrap(),
            package: None,
            rejected_since: now(),
            now: now(),
        };
        let mut facts = block_on(world.database.creation_facts(query)).unwrap();
        facts.pending.clear();
        let limits = RequestLimits::default();
        let plan = plan_creation(
            &student, &draft(&tutor, None), &facts, limits, now(),
        ).unwrap();
        assert!(matches!(block_on(RequestRepository::create(&world.database, plan)), Err(RepositoryError::Conflict)));
    }

    fn a_package_that_changes_before_the_write_is_copied_anew(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        let query = CreationQuery {
            requester: student.user_id,
            student: student.profiles.student.unwrap(),
            tutor: tutor.profiles.tutor.unwrap(),
            package: Some(package.id),
            rejected_since: now(),
            now: now(),
        };
        let facts = block_on(world.database.creation_facts(query)).unwrap();
        let draft = draft(&tutor, Some(package.id));
        let stale = plan_creation(&student, &draft, &facts, RequestLimits::default(), now()).unwrap();
        let mut terms = package.terms.clone();
        terms.hourly_rate = Money::from_cents(30_000);
        block_on(PackageRepository::update(&world.database, &package, terms, now())).unwrap();
        assert!(matches!(block_on(RequestRepository::create(&world.database, stale)), Err(RepositoryError::Conflict)));
        let sent = send(&world, &student, draft).unwrap();
        let found = block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap().unwrap();
        assert_eq!(found.package.map(|snapshot| snapshot.price), Some(Money::from_cents(30_000)));
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions"), 1);
    }

    fn an_equal_request_can_be_sent_after_an_answer(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        for _ in 0..2 {
            let sent = send(&world, &student, draft(&tutor, None)).unwrap();
            block_on(world.requests().reject(&tutor, sent.request_id, Some("no".to_owned()))).unwrap();
        }
        let sent = send(&world, &student, draft(&tutor, None)).unwrap();
        accept(&world, &tutor, sent.request_id).unwrap();
        send(&world, &student, draft(&tutor, None)).unwrap();
    }

    fn two_first_requests_at_once_share_one_conversation(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let packages = [world.package(&tutor).id, world.package(&tutor).id];
        let sent = race(2, |number| send(&world, &student, draft(&tutor, Some(packages[number]))).unwrap());
        assert_eq!(sent[0].conversation_id, sent[1].conversation_id);
        assert_eq!(world.number("SELECT COUNT(*) FROM conversations"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM conversation_participants"), 2);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 2);
        assert_eq!(world.number("SELECT MAX(seq) FROM chat_messages"), 2);
    }

    fn an_expired_request_cannot_be_answered_but_sent_again(world: World) {
        let (tutor, student, sent) = requested(&world);
        let late = world.requests_at(now() + TimeDelta::days(20));
        let accepted = block_on(late.accept(&tutor, sent.request_id, Acceptance::default()));
        let expired = AcceptRefusal::AlreadyAnswered(RequestStatus::Expired);
        assert!(matches!(accepted, Err(AcceptError::Refused(refusal)) if refusal == expired));
        let pending = block_on(late.received(&tutor, Some(RequestStatus::Pending), PageRequest::FIRST)).unwrap();
        assert!(pending.items.is_empty());
        let expired = block_on(late.received(&tutor, Some(RequestStatus::Expired), PageRequest::FIRST)).unwrap();
        assert_eq!(expired.items.len(), 1);
        block_on(late.create(&student, draft(&tutor, None))).unwrap();
    }
}
