use astegni_domain::RepositoryError;
use astegni_domain::accounts::Role;
use astegni_domain::families::{
    FamilyRefusal, FamilyRepository, GuardianshipFacts, GuardianshipStatus, GuardianshipTransition, plan_transition,
};
use astegni_domain::ids::StudentId;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Acceptance, CreateRequestError, CreationRefusal};
use astegni_domain::schedule::{Perspective, SessionFilter, SessionQueries};
use futures_executor::block_on;
use strum::VariantArray;

use super::{add_guardian, apply, child, evidence, invitation, open, transition, ward};
use crate::blocks::pending;
use crate::harness::{contract, dates, draft, now, race};

contract! {
    fn a_transition_keeps_its_evidence_and_is_written_once(world: World) {
        let parent = world.person(Role::Parent);
        let (student, active) = ward(&world, &parent);
        assert_eq!(
            world.number(&format!(
                "SELECT COUNT(*) FROM guardianships WHERE responded_by = {} AND responded_from = '192.0.2.1'
                 AND responded_at = '2026-01-30 05:00:00' AND ended_at IS NULL", parent.user_id
            )),
            1
        );
        assert_eq!((active.guardianship.status, active.student_user), (GuardianshipStatus::Active, student.user_id));
        let by_student = plan_transition(active, GuardianshipTransition::End, evidence(student.user_id)).unwrap();
        apply(&world, by_student.clone()).unwrap();
        assert!(matches!(apply(&world, by_student), Err(RepositoryError::Conflict)));
        assert_eq!(
            world.number(&format!(
                "SELECT COUNT(*) FROM guardianships WHERE status = 'ended' AND ended_by = {} AND ended_from = '192.0.2.1'
                 AND ended_at = '2026-01-30 05:00:00' AND responded_by = {}", student.user_id, parent.user_id
            )),
            1
        );
        assert_eq!(open(&world, parent.user_id, active.guardianship.student), None);
        let found = block_on(FamilyRepository::find(&world.database, active.guardianship.id)).unwrap().unwrap();
        assert_eq!(found.guardianship.status, GuardianshipStatus::Ended);
    }

    fn facts_name_the_login_and_other_active_guardians(world: World) {
        for status in GuardianshipStatus::VARIANTS {
            for has_login in [false, true] {
                let (parent, other) = (world.person(Role::Parent), world.person(Role::Parent));
                let seen = if has_login {
                    ward(&world, &parent).1
                } else {
                    let student = child(&world, &parent).guardianship.student;
                    open(&world, parent.user_id, student).unwrap()
                };
                assert_eq!((seen.student_has_login, seen.has_other_guardian), (has_login, false));
                add_guardian(&world, &other, seen.guardianship.student, *status);
                let expected =
                    GuardianshipFacts { has_other_guardian: *status == GuardianshipStatus::Active, ..seen };
                assert_eq!(open(&world, parent.user_id, seen.guardianship.student), Some(expected), "{status:?}");
            }
        }
    }

    fn of_two_guardians_who_leave_a_child_without_a_login_at_once_one_stays(world: World) {
        for _ in 0..8 {
            let parents = [world.person(Role::Parent), world.person(Role::Parent)];
            let student = child(&world, &parents[0]).guardianship.student;
            add_guardian(&world, &parents[1], student, GuardianshipStatus::Active);
            let plans = [0, 1].map(|number| {
                transition(open(&world, parents[number].user_id, student).unwrap(), GuardianshipTransition::End)
            });
            let outcomes = race(2, |number| match apply(&world, plans[number].clone()) {
                Ok(()) => true,
                Err(RepositoryError::Conflict) => false,
                Err(error) => panic!("{error:?}"),
            });
            let stayed = outcomes.iter().position(|left| !left).unwrap();
            assert!(outcomes[1 - stayed], "the other one left");
            let last = open(&world, parents[stayed].user_id, student).unwrap();
            let refused = plan_transition(last, GuardianshipTransition::End, evidence(parents[stayed].user_id));
            assert_eq!(refused, Err(FamilyRefusal::LastGuardian));
        }
    }

    fn the_end_of_a_guardianship_expires_the_requests_made_under_it_and_no_others(world: World) {
        let (parent, other_parent) = (world.person(Role::Parent), world.person(Role::Parent));
        let (tutor, second_tutor) = (world.person(Role::Tutor), world.person(Role::Tutor));
        let (student, active) = ward(&world, &parent);
        let profile = active.guardianship.student;
        add_guardian(&world, &other_parent, profile, GuardianshipStatus::Active);
        let sibling = child(&world, &parent).guardianship.student;
        let send = |actor, tutor, student: Option<StudentId>| {
            let mut draft = draft(tutor, None);
            draft.student_id = student;
            block_on(world.requests().create(actor, draft))
        };
        send(&parent, &tutor, Some(profile)).unwrap();
        send(&parent, &second_tutor, Some(profile)).unwrap();
        send(&parent, &tutor, Some(sibling)).unwrap();
        send(&other_parent, &tutor, Some(profile)).unwrap();
        send(&student, &tutor, None).unwrap();
        let seen = open(&world, parent.user_id, profile).unwrap();
        apply(&world, transition(seen, GuardianshipTransition::End)).unwrap();
        let expired = format!(
            "SELECT COUNT(*) FROM requested_sessions WHERE expires_at = '2026-01-30 05:00:00'
             AND requester_id = {} AND requested_to_id = {profile}", parent.user_id
        );
        assert_eq!(world.number(&expired), 2);
        assert_eq!(pending(&world), 3);
        let refused = send(&parent, &tutor, Some(profile));
        assert!(matches!(refused, Err(CreateRequestError::Refused(CreationRefusal::ChildNotFound))));
    }

    fn a_request_created_while_the_guardianship_ends_is_never_left_pending(world: World) {
        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        for _ in 0..10 {
            let (_, active) = ward(&world, &parent);
            let mut draft = draft(&tutor, None);
            draft.student_id = Some(active.guardianship.student);
            race(2, |number| {
                if number == 0 {
                    let created = block_on(world.requests().create(&parent, draft.clone()));
                    assert!(matches!(
                        created,
                        Ok(_) | Err(CreateRequestError::Refused(CreationRefusal::ChildNotFound))
                    ));
                } else {
                    apply(&world, transition(active, GuardianshipTransition::End)).unwrap();
                }
            });
            assert_eq!(pending(&world), 0);
        }
    }

    fn a_guardian_sees_the_requests_and_sessions_of_a_child_until_the_end(world: World) {
        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        let (student, active) = ward(&world, &parent);
        let profile = active.guardianship.student;
        let mut draft = draft(&tutor, None);
        draft.student_id = Some(profile);
        draft.schedule = dates(&["2026-02-02"], 10, 12);
        let sent = block_on(world.requests().create(&parent, draft)).unwrap();
        block_on(world.requests().accept(&tutor, sent.request_id, Acceptance::default())).unwrap();
        let filter = SessionFilter { perspective: Perspective::Any, from: None, to: None, status: None, student: None };
        for viewer in [parent.user_id, student.user_id] {
            let sessions = block_on(world.database.list(viewer, filter, PageRequest::FIRST)).unwrap();
            assert_eq!(sessions.items.len(), 1);
            let requests = astegni_domain::requests::RequestQueries::of_user(
                &world.database, viewer, None, PageRequest::FIRST, now(),
            );
            let requests = block_on(requests).unwrap().items;
            assert_eq!(requests.len(), 1);
            assert_eq!(requests[0].request.requester_id, parent.user_id);
            assert_eq!(requests[0].request.student_id, profile);
        }
        apply(&world, transition(active, GuardianshipTransition::End)).unwrap();
        assert!(block_on(world.database.list(parent.user_id, filter, PageRequest::FIRST)).unwrap().items.is_empty());
        assert_eq!(block_on(world.database.list(student.user_id, filter, PageRequest::FIRST)).unwrap().items.len(), 1);
    }

    fn an_answer_and_a_cancellation_at_once_leave_one_of_the_two(world: World) {
        for _ in 0..5 {
            let (parent, student) = (world.person(Role::Parent), world.person(Role::Student));
            let plan = invitation(&world, &parent, &student, now()).unwrap();
            let profile = plan.student;
            block_on(world.database.invite(plan)).unwrap();
            let invited = open(&world, parent.user_id, profile).unwrap();
            let steps = [GuardianshipTransition::Accept, GuardianshipTransition::End];
            let outcomes = race(2, |number| apply(&world, transition(invited, steps[number])).is_ok());
            assert_eq!(outcomes.iter().filter(|written| **written).count(), 1, "{outcomes:?}");
        }
    }
}
