use astegni_domain::RepositoryError;
use astegni_domain::accounts::{Actor, Role};
use astegni_domain::ids::RequestId;
use astegni_domain::money::Money;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{
    AcceptError, AcceptRefusal, Acceptance, AcceptancePlan, AcceptedRequest, AnswerError, AnswerRefusal,
    CreateRequestError, CreationRefusal, OnConflict, Proposal, RequestDraft, RequestLimits, RequestRepository,
    RequestStatus, SentRequest, SessionRequest, plan_acceptance,
};
use astegni_domain::schedule::{ConflictKind, Schedule};
use chrono::TimeDelta;
use futures_executor::block_on;

use crate::harness::{World, contract, dates, draft, now, race, weekly};

fn send(world: &World, student: &Actor, draft: RequestDraft) -> Result<SentRequest, CreateRequestError> {
    block_on(world.requests().create(student, draft))
}

fn accept(world: &World, tutor: &Actor, id: RequestId) -> Result<AcceptedRequest, AcceptError> {
    block_on(world.requests().accept(tutor, id, Acceptance::default()))
}

fn status(world: &World, id: RequestId) -> RequestStatus {
    block_on(world.database.find(id, now())).unwrap().unwrap().status
}

/// Plans an acceptance as if both calendars were empty.
fn accepted(request: &SessionRequest) -> AcceptancePlan {
    let preview = Proposal::new(request, &Acceptance::default(), now()).unwrap().check(&[], now());
    plan_acceptance(request, preview, now()).unwrap()
}

/// A tutor, a student, and a request between them for three dates from ten to twelve.
fn asked(world: &World) -> (Actor, Actor, SentRequest) {
    let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
    let mut draft = draft(&tutor, None);
    draft.schedule = dates(&["2026-02-02", "2026-02-03", "2026-02-04"], 10, 12);
    let sent = send(world, &student, draft).unwrap();
    (tutor, student, sent)
}

contract! {
    fn a_request_comes_back_as_it_was_sent(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        let mut draft = draft(&tutor, Some(package.id));
        draft.schedule = weekly();
        draft.counter_offer_price = Some(Money::from_cents(15_000));
        draft.months = vec!["January".to_owned()];
        draft.year_range = vec![2026];
        let sent = send(&world, &student, draft).unwrap();
        let found = block_on(world.database.find(sent.request_id, now())).unwrap().unwrap();
        assert_eq!(found.requester_id, student.user_id);
        assert_eq!(Some(found.student_id), student.profiles.student);
        assert_eq!(found.parties.tutor, tutor.user_id);
        assert_eq!(found.package.map(|snapshot| snapshot.price), Some(package.terms.hourly_rate));
        assert_eq!(found.terms.counter_offer_price, Some(Money::from_cents(15_000)));
        assert!(matches!(found.terms.schedule, Schedule::Weekly { days, .. } if days.len() == 3));
        assert_eq!((found.terms.months, found.terms.year_range), (vec!["January".to_owned()], vec![2026]));
        assert_eq!((found.created_at, found.status), (now(), RequestStatus::Pending));
    }

    fn fifty_identical_requests_at_once_leave_one(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        let outcomes = race(50, |_| match send(&world, &student, draft(&tutor, Some(package.id))) {
            Ok(sent) => (1, sent.request_id),
            Err(CreateRequestError::Refused(CreationRefusal::Duplicate { id, .. })) => (0, id),
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().map(|(won, _)| won).sum::<i32>(), 1);
        assert!(outcomes.iter().all(|(_, id)| *id == outcomes[0].1), "every loser is told of the one that won");
        assert_eq!(world.number("SELECT COUNT(*) FROM requested_sessions"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1);
    }

    fn requests_without_a_package_are_doubled_no_more_than_others(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        send(&world, &student, draft(&tutor, None)).unwrap();
        let again = send(&world, &student, draft(&tutor, None));
        assert!(matches!(again, Err(CreateRequestError::Refused(CreationRefusal::Duplicate { .. }))));
        send(&world, &student, draft(&tutor, Some(world.package(&tutor).id))).unwrap();
    }

    fn the_unique_index_refuses_what_the_policy_missed(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        send(&world, &student, draft(&tutor, None)).unwrap();
        let query = astegni_domain::requests::CreationQuery {
            requester: student.user_id,
            student: student.profiles.student.unwrap(),
            tutor: tutor.profiles.tutor.unwrap(),
            package: None,
            rejected_since: now(),
            now: now(),
        };
        let mut facts = block_on(world.database.creation_facts(query)).unwrap();
        facts.pending.clear();
        let limits = astegni_domain::requests::RequestLimits::default();
        let plan = astegni_domain::requests::plan_creation(
            &student, &draft(&tutor, None), &facts, limits, now(),
        ).unwrap();
        assert!(matches!(block_on(world.database.create(plan)), Err(RepositoryError::Conflict)));
    }

    fn after_an_answer_the_same_may_be_asked_for_again(world: World) {
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

    fn an_expired_request_cannot_be_answered_and_is_asked_for_again(world: World) {
        let (tutor, student, sent) = asked(&world);
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

    fn eight_acceptances_of_one_request_have_one_winner(world: World) {
        let (tutor, _, sent) = asked(&world);
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

    fn fifty_overlapping_acceptances_for_one_tutor_have_one_winner(world: World) {
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

    fn fifty_tutors_who_accept_one_student_at_once_have_one_winner(world: World) {
        let student = world.person(Role::Student);
        let asked: Vec<_> = (0..50).map(|_| {
            let tutor = world.person(Role::Tutor);
            let mut draft = draft(&tutor, None);
            draft.schedule = dates(&["2026-02-02"], 10, 12);
            let patient = RequestLimits { max_pending: 100, ..RequestLimits::default() };
            let create = world.requests_within(patient);
            let sent = block_on(create.create(&student, draft)).unwrap();
            (tutor, sent.request_id)
        }).collect();
        let outcomes = race(50, |number| match accept(&world, &asked[number].0, asked[number].1) {
            Ok(_) => 1,
            Err(AcceptError::Refused(AcceptRefusal::Conflicts(conflicts))) => {
                assert_eq!((conflicts[0].kind, conflicts[0].session_id), (ConflictKind::StudentBusy, None));
                0
            }
            Err(error) => panic!("{error:?}"),
        });
        assert_eq!(outcomes.iter().sum::<i32>(), 1);
    }

    fn disjoint_acceptances_of_one_tutor_all_pass(world: World) {
        let tutor = world.person(Role::Tutor);
        let requests: Vec<_> = (0..8_u32).map(|number| {
            let mut draft = draft(&tutor, None);
            draft.schedule = dates(&["2026-02-02"], 8 + number, 9 + number);
            send(&world, &world.person(Role::Student), draft).unwrap().request_id
        }).collect();
        race(8, |number| accept(&world, &tutor, requests[number]).map(drop).unwrap());
        assert_eq!(world.number("SELECT COUNT(*) FROM sessions"), 8);
    }

    fn accepting_and_withdrawing_at_once_have_one_winner(world: World) {
        for _ in 0..5 {
            let (tutor, student, sent) = asked(&world);
            let outcomes = race(2, |number| {
                if number == 0 {
                    match accept(&world, &tutor, sent.request_id) {
                        Ok(_) => Some(RequestStatus::Accepted),
                        Err(AcceptError::Refused(AcceptRefusal::AlreadyAnswered(_))) => None,
                        Err(error) => panic!("{error:?}"),
                    }
                } else {
                    match block_on(world.requests().withdraw(&student, sent.request_id)) {
                        Ok(_) => Some(RequestStatus::Withdrawn),
                        Err(AnswerError::Refused(AnswerRefusal::AlreadyAnswered(_))) => None,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
            let winners: Vec<_> = outcomes.into_iter().flatten().collect();
            assert_eq!(winners, [status(&world, sent.request_id)]);
        }
    }

    fn an_error_at_the_last_insert_leaves_nothing_behind(world: World) {
        let (_, _, sent) = asked(&world);
        let request = block_on(world.database.find(sent.request_id, now())).unwrap().unwrap();
        let mut plan = accepted(&request);
        let last = plan.sessions.last_mut().unwrap();
        // Refused by a check of the table of sessions, which is written last.
        last.ends_at = last.starts_at;
        assert!(matches!(block_on(world.database.accept(plan)), Err(RepositoryError::Unexpected(_))));
        assert_eq!(status(&world, sent.request_id), RequestStatus::Pending);
        for table in ["enrolled_students", "enrolled_courses", "sessions"] {
            assert_eq!(world.number(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1);
        assert_eq!(world.number("SELECT SUM(version) FROM calendars"), 0);
    }

    fn a_plan_that_clashes_by_now_is_a_conflict(world: World) {
        let (tutor, _, sent) = asked(&world);
        let request = block_on(world.database.find(sent.request_id, now())).unwrap().unwrap();
        let plan = accepted(&request);
        let mut other = draft(&tutor, None);
        other.schedule = dates(&["2026-02-04"], 11, 13);
        let other = send(&world, &world.person(Role::Student), other).unwrap();
        accept(&world, &tutor, other.request_id).unwrap();
        assert!(matches!(block_on(world.database.accept(plan)), Err(RepositoryError::Conflict)));
        let skip = Acceptance { on_conflict: OnConflict::Skip, sessions: None };
        let answered = block_on(world.requests().accept(&tutor, sent.request_id, skip)).unwrap();
        assert_eq!((answered.sessions_created, answered.skipped.len()), (2, 1));
    }

    fn accepting_again_never_changes_what_was_agreed(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let package = world.package(&tutor);
        for cents in [15_000, 9_999] {
            let mut draft = draft(&tutor, Some(package.id));
            draft.counter_offer_price = Some(Money::from_cents(cents));
            let sent = send(&world, &student, draft).unwrap();
            accept(&world, &tutor, sent.request_id).unwrap();
            world.execute("UPDATE enrolled_students SET payment_status = 'paid' WHERE agreed_price_cents = 15000");
        }
        let paid = "SELECT COUNT(*) FROM enrolled_students WHERE agreed_price = 150.00 AND payment_status = 'paid'";
        assert_eq!(world.number(paid), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM enrolled_students WHERE agreed_price = 99.99"), 1);
        let students = block_on(world.requests().students(&tutor, PageRequest::FIRST)).unwrap().items;
        assert_eq!(students.len(), 1, "a student stands once, whatever the number of enrolments");
    }

    fn the_operators_status_query_counts_the_sessions(world: World) {
        let (tutor, _, sent) = asked(&world);
        accept(&world, &tutor, sent.request_id).unwrap();
        let query = format!(
            "SELECT COUNT(*) FROM sessions s
             JOIN enrolled_courses ec ON s.enrolled_courses_id = ec.id
             JOIN tutor_profiles tp ON ec.tutor_id = tp.id
             WHERE tp.user_id = {}",
            tutor.user_id
        );
        assert_eq!(world.number(&query), 3);
    }

    fn lists_join_by_the_right_ids(world: World) {
        // Profile ids run ahead of user ids in other ways for each role, so that a wrong join shows.
        for role in [Role::Parent, Role::Tutor, Role::Student, Role::Student] {
            world.person(role);
        }
        let (tutor, student, sent) = asked(&world);
        let view = block_on(world.requests().find_received(&tutor, sent.request_id)).unwrap();
        let name = |actor: &Actor| format!("User{}", {
            let user = block_on(astegni_domain::accounts::AccountRepository::find(&world.database, actor.user_id));
            user.unwrap().unwrap().first_name.unwrap().replace("User", "")
        });
        assert_eq!(view.display.requester_name, name(&student));
        assert_eq!(view.display.student_name, name(&student));
        assert_eq!(view.display.tutor_name, name(&tutor));
        assert_eq!((view.contact.email, view.contact.phone), (None, None));
        accept(&world, &tutor, sent.request_id).unwrap();
        let view = block_on(world.requests().find_received(&tutor, sent.request_id)).unwrap();
        assert!(view.contact.email.is_some());
        let mine = block_on(world.requests().mine(&student, PageRequest::FIRST)).unwrap().items;
        assert_eq!(mine.len(), 1);
        assert!(block_on(world.requests().mine(&world.person(Role::Student), PageRequest::FIRST)).unwrap().items.is_empty());
    }
}
