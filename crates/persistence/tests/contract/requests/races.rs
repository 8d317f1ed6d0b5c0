use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::families::{Evidence, FamilyRepository, GuardianshipTransition, plan_transition};
use astegni_domain::ids::{RequestId, StudentId};
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, AnswerError, AnswerRefusal, RequestLimits, RequestRepository, RequestStatus,
    plan_withdrawal,
};
use astegni_domain::schedule::ConflictKind;
use futures_executor::block_on;

use super::{Family, accept, requested, requested_for_child, send, status};
use crate::harness::{World, contract, dates, draft, now, race};

/// Accepts a request; returns whether the acceptance, rather than another change of the request, succeeded.
fn try_to_accept(world: &World, tutor: &Actor, id: RequestId) -> bool {
    match accept(world, tutor, id) {
        Ok(_) => true,
        Err(AcceptError::Refused(AcceptRefusal::AlreadyAnswered(current))) => {
            assert_eq!(current, status(world, id));
            false
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// Withdraws a request; returns whether the withdrawal succeeded.
fn try_to_withdraw(world: &World, actor: &Actor, id: RequestId) -> bool {
    match block_on(world.requests().withdraw(actor, id)) {
        Ok(view) => {
            assert_eq!(view.request.status, RequestStatus::Withdrawn);
            true
        }
        Err(AnswerError::Refused(AnswerRefusal::AlreadyAnswered(_))) => false,
        Err(error) => panic!("{error:?}"),
    }
}

fn end_guardianship(world: &World, parent: &Actor, student: StudentId) {
    let open = block_on(world.database.find_open(parent.user_id, student)).unwrap().unwrap();
    let evidence = Evidence { by: parent.user_id, at: now(), address: None };
    let plan = plan_transition(open, GuardianshipTransition::End, evidence).unwrap();
    block_on(FamilyRepository::apply(&world.database, plan)).unwrap();
}

contract! {
    fn one_of_eight_acceptances_of_a_request_succeeds(world: World) {
        let (tutor, _, sent) = requested(&world);
        let outcomes = race(8, |_| match accept(&world, &tutor, sent.request_id) {
            Ok(_) => 1,
            Err(AcceptError::Refused(AcceptRefusal::AlreadyAnswered(RequestStatus::Accepted))) => 0,
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM enrolled_students"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM enrolled_courses"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 3);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 2);
    }

    fn one_of_fifty_overlapping_acceptances_by_a_tutor_succeeds(world: World) {
        let tutor = world.person(Role::Tutor);
        let requests: Vec<_> = (0..50).map(|_| {
            let mut draft = draft(&tutor, None);
            draft.schedule = dates(&["2026-02-02"], 10, 12);
            send(&world, &world.person(Role::Student), draft).unwrap().request_id
        }).collect();
        let outcomes = race(50, |number| match accept(&world, &tutor, requests[number]) {
            Ok(_) => 1,
            Err(AcceptError::Refused(AcceptRefusal::Conflicts(conflicts))) => {
                assert_eq!(conflicts[0].kind, ConflictKind::TutorBusy);
                0
            }
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions WHERE status = 'pending'"), 49);
    }

    fn one_of_fifty_tutors_who_accept_a_student_at_once_succeeds(world: World) {
        let student = world.person(Role::Student);
        let requests: Vec<_> = (0..50).map(|_| {
            let tutor = world.person(Role::Tutor);
            let mut draft = draft(&tutor, None);
            draft.schedule = dates(&["2026-02-02"], 10, 12);
            let patient = RequestLimits { max_pending: 100, ..RequestLimits::default() };
            let create = world.requests_within(patient);
            let sent = block_on(create.create(&student, draft)).unwrap();
            (tutor, sent.request_id)
        }).collect();
        let outcomes = race(50, |number| match accept(&world, &requests[number].0, requests[number].1) {
            Ok(_) => 1,
            Err(AcceptError::Refused(AcceptRefusal::Conflicts(conflicts))) => {
                assert_eq!((conflicts[0].kind, conflicts[0].session_id), (ConflictKind::StudentBusy, None));
                0
            }
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
    }

    fn disjoint_acceptances_by_a_tutor_all_succeed(world: World) {
        let tutor = world.person(Role::Tutor);
        let requests: Vec<_> = (0..8_u32).map(|number| {
            let mut draft = draft(&tutor, None);
            draft.schedule = dates(&["2026-02-02"], 8 + number, 9 + number);
            send(&world, &world.person(Role::Student), draft).unwrap().request_id
        }).collect();
        race(8, |number| accept(&world, &tutor, requests[number]).map(drop).unwrap());
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 8);
    }

    fn either_an_acceptance_or_a_withdrawal_by_anyone_succeeds(world: World) {
        for _ in 0..5 {
            for by in [0, 1, 2] {
                let Family { parent, guardian, child, tutor, sent } = requested_for_child(&world);
                let withdrawer = [&parent, &guardian, &child][by];
                let outcomes = race(2, |number| match number {
                    0 => try_to_accept(&world, &tutor, sent.request_id),
                    _ => try_to_withdraw(&world, withdrawer, sent.request_id),
                });
                let expected = if outcomes[0] { RequestStatus::Accepted } else { RequestStatus::Withdrawn };
                assert_eq!((outcomes[0] != outcomes[1], status(&world, sent.request_id)), (true, expected));
                assert_eq!(outcomes[0], world.number(&format!(
                    "SELECT COUNT(*) FROM enrolled_students WHERE request_id = {}", sent.request_id
                )) == 1);
            }
        }
    }

    fn either_an_acceptance_or_the_end_of_the_guardianship_decides_a_request(world: World) {
        for _ in 0..8 {
            let Family { parent, child, tutor, sent, .. } = requested_for_child(&world);
            let outcomes = race(2, |number| {
                if number == 0 {
                    return try_to_accept(&world, &tutor, sent.request_id);
                }
                end_guardianship(&world, &parent, child.profiles.student.unwrap());
                false
            });
            let expected = if outcomes[0] { RequestStatus::Accepted } else { RequestStatus::Expired };
            assert_eq!(status(&world, sent.request_id), expected);
        }
    }

    fn a_request_whose_guardianship_has_ended_is_answered_as_expired(world: World) {
        let Family { parent, child, tutor, sent, .. } = requested_for_child(&world);
        end_guardianship(&world, &parent, child.profiles.student.unwrap());
        let accepted = accept(&world, &tutor, sent.request_id);
        let expired = AcceptRefusal::AlreadyAnswered(RequestStatus::Expired);
        assert!(matches!(accepted, Err(AcceptError::Refused(refusal)) if refusal == expired));
        let withdrawn = block_on(world.requests().withdraw(&child, sent.request_id));
        let expired = AnswerRefusal::AlreadyAnswered(RequestStatus::Expired);
        assert!(matches!(withdrawn, Err(AnswerError::Refused(refusal)) if refusal == expired));
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1, "only the request itself");
    }

    fn a_guardian_withdraws_only_while_the_guardianship_is_active(world: World) {
        let Family { guardian, child, sent, .. } = requested_for_child(&world);
        let facts = block_on(world.database.withdrawal_facts(sent.request_id, guardian.user_id, now()));
        let plan = plan_withdrawal(guardian.user_id, &facts.unwrap().unwrap(), now()).unwrap();
        end_guardianship(&world, &guardian, child.profiles.student.unwrap());
        assert!(matches!(block_on(world.database.answer(plan)), Err(RepositoryError::Conflict)));
        let refused = block_on(world.requests().withdraw(&guardian, sent.request_id));
        assert!(matches!(refused, Err(AnswerError::Refused(AnswerRefusal::NotFound))));
        assert_eq!(status(&world, sent.request_id), RequestStatus::Pending);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1, "nothing was written");
    }

    fn a_withdrawal_and_the_end_of_the_guardianship_that_entitles_to_it_do_not_deadlock(world: World) {
        for _ in 0..8 {
            let Family { guardian, child, sent, .. } = requested_for_child(&world);
            let outcomes = race(2, |number| {
                if number == 0 {
                    return match block_on(world.requests().withdraw(&guardian, sent.request_id)) {
                        Ok(_) => true,
                        Err(AnswerError::Refused(AnswerRefusal::NotFound)) => false,
                        Err(error) => panic!("{error:?}"),
                    };
                }
                end_guardianship(&world, &guardian, child.profiles.student.unwrap());
                false
            });
            let expected = if outcomes[0] { RequestStatus::Withdrawn } else { RequestStatus::Pending };
            assert_eq!(status(&world, sent.request_id), expected);
        }
    }
}
