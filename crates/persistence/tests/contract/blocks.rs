//! Blocks and everything that ends with them.

use astegni_domain::accounts::{Actor, NewAccount, Role};
use astegni_domain::connections::{Kind, Refusal};
use astegni_domain::ids::StudentId;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{CreateRequestError, CreationRefusal, RequestStatus};
use futures_executor::block_on;

use crate::connections::{request, service};
use crate::harness::{World, contract, draft, race};

/// Registers a student; a child without a login has no password.
fn student(world: &World, has_login: bool) -> Actor {
    let account = World::account(&[Role::Student]);
    let password_hash = account.password_hash.clone().filter(|_| has_login);
    let email = account.email.clone().filter(|_| has_login);
    world.register(NewAccount { email, password_hash, ..account }).1
}

fn profile(student: &Actor) -> StudentId {
    student.profiles.student.unwrap()
}

pub(crate) fn guardianship(world: &World, parent: &Actor, student: &Actor, status: &str) {
    world.execute(&format!(
        "INSERT INTO guardianships (parent_user_id, student_id, status, origin, created_at)
         VALUES ({}, {}, '{status}', 'invited', '2026-01-01 00:00:00')",
        parent.user_id,
        profile(student)
    ));
}

/// Sends a request to a tutor on behalf of a student.
fn request_for(world: &World, parent: &Actor, student: &Actor, tutor: &Actor) {
    let mut for_student = draft(tutor, None);
    for_student.student_id = Some(profile(student));
    block_on(world.requests().create(parent, for_student)).unwrap();
}

/// Counts the requests that are still pending.
pub(crate) fn pending(world: &World) -> i64 {
    let pending = "SELECT COUNT(*) FROM requested_sessions WHERE status = 'pending'";
    world.number(&format!("{pending} AND expires_at > '2026-01-30 05:00:00'"))
}

contract! {
    fn a_block_expires_requests_in_both_directions_and_refuses_new_ones(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        let sent = block_on(world.requests().create(&student, draft(&tutor, None))).unwrap();
        request(&world, &tutor, &student, Kind::Block).unwrap();
        let mine = block_on(world.requests().mine(&student, PageRequest::FIRST)).unwrap().items;
        assert_eq!((mine[0].request.id, mine[0].request.status), (sent.request_id, RequestStatus::Expired));
        let again = |who: &Actor| block_on(world.requests().create(who, draft(&tutor, None)));
        assert!(matches!(again(&student), Err(CreateRequestError::Refused(CreationRefusal::TutorNotFound))));
        block_on(service(&world).ensure_removed(&tutor, student.user_id, Kind::Block)).unwrap();
        request(&world, &student, &tutor, Kind::Block).unwrap();
        assert!(matches!(again(&student), Err(CreateRequestError::Refused(CreationRefusal::BlockedByYou))));
    }

    fn a_block_is_silent_in_the_conversation_and_expires_requests_for_a_child(world: World) {
        let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
        block_on(world.requests().create(&student, draft(&tutor, None))).unwrap();
        request(&world, &student, &tutor, Kind::Block).unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM chat_messages"), 1, "only the request itself");

        let (parent, tutor) = (world.person(Role::Parent), world.person(Role::Tutor));
        let child = world.register(World::account(&[Role::Student])).1;
        let profile = child.profiles.student.unwrap();
        guardianship(&world, &parent, &child, "active");
        let mut for_child = draft(&tutor, None);
        for_child.student_id = Some(profile);
        let send = || block_on(world.requests().create(&parent, for_child.clone()));
        send().unwrap();
        request(&world, &child, &tutor, Kind::Block).unwrap();
        assert_eq!(pending(&world), 0);
        assert!(matches!(send(), Err(CreateRequestError::Refused(CreationRefusal::TutorNotFound))));
    }

    fn a_session_request_and_a_block_at_once_never_leave_a_pending_request(world: World) {
        for _ in 0..10 {
            let (tutor, student) = (world.person(Role::Tutor), world.person(Role::Student));
            race(2, |number| {
                if number == 0 {
                    drop(block_on(world.requests().create(&student, draft(&tutor, None))));
                } else {
                    request(&world, &tutor, &student, Kind::Block).map(drop).unwrap();
                }
            });
        }
        assert_eq!(pending(&world), 0);
    }

    fn a_block_by_either_side_ends_the_guardianship_with_evidence(world: World) {
        for (status, blocked_by_guardian) in [("active", true), ("active", false), ("invited", true), ("invited", false)] {
            let (parent, ward) = (world.person(Role::Parent), student(&world, true));
            guardianship(&world, &parent, &ward, status);
            let (actor, other) = if blocked_by_guardian { (&parent, &ward) } else { (&ward, &parent) };
            request(&world, actor, other, Kind::Block).unwrap();
            let ended = format!(
                "SELECT COUNT(*) FROM guardianships WHERE status = 'ended' AND parent_user_id = {}
                 AND ended_by = {} AND ended_at = '2026-01-30 05:00:00'", parent.user_id, actor.user_id
            );
            assert_eq!(world.number(&ended), 1, "{status} {blocked_by_guardian}");
        }
    }

    fn the_end_of_a_guardianship_by_a_block_expires_its_requests_and_revokes_its_claim_code(world: World) {
        let (blocking, other) = (world.person(Role::Parent), world.person(Role::Parent));
        let (child, tutor) = (student(&world, false), world.person(Role::Tutor));
        guardianship(&world, &blocking, &child, "active");
        guardianship(&world, &other, &child, "active");
        request_for(&world, &blocking, &child, &tutor);
        request_for(&world, &other, &child, &tutor);
        world.execute(&format!(
            "INSERT INTO account_claims (user_id, code_digest, created_by, created_at, expires_at)
             VALUES ({}, 'digest', {}, '2026-01-29 00:00:00', '2026-02-05 00:00:00')", child.user_id, blocking.user_id
        ));
        assert_eq!(pending(&world), 2);
        request(&world, &blocking, &child, Kind::Block).unwrap();
        assert_eq!(pending(&world), 1, "the requests of the other guardian remain");
        assert_eq!(world.number("SELECT COUNT(*) FROM account_claims WHERE revoked_at IS NULL"), 0, "the claim code is revoked");
        let active = "SELECT COUNT(*) FROM guardianships WHERE status = 'active'";
        assert_eq!(world.number(active), 1, "the other guardianship remains");
    }

    fn the_last_guardian_cannot_block_a_child_without_a_login(world: World) {
        let (parent, child) = (world.person(Role::Parent), student(&world, false));
        guardianship(&world, &parent, &child, "active");
        assert_eq!(request(&world, &parent, &child, Kind::Block).map(drop), Err(Refusal::LastGuardian));
        let untouched = "SELECT COUNT(*) FROM guardianships WHERE status = 'active' AND ended_at IS NULL";
        assert_eq!((world.number(untouched), world.number("SELECT COUNT(*) FROM connections")), (1, 0));
        guardianship(&world, &world.person(Role::Parent), &child, "active");
        let block = request(&world, &parent, &child, Kind::Block).unwrap();
        assert_eq!(block.recipient.name, None, "the former guardian sees the block without the child's name");
        block_on(service(&world).ensure_removed(&parent, child.user_id, Kind::Block)).unwrap();
        assert_eq!(request(&world, &parent, &child, Kind::Follow).map(drop), Err(Refusal::UserNotFound));
    }

    fn two_guardians_who_block_their_child_at_once_leave_one_guardian(world: World) {
        for _ in 0..5 {
            let parents = [world.person(Role::Parent), world.person(Role::Parent)];
            let child = student(&world, false);
            for parent in &parents {
                guardianship(&world, parent, &child, "active");
            }
            let outcomes = race(2, |number| request(&world, &parents[number], &child, Kind::Block).map(drop));
            assert!(outcomes.contains(&Ok(())) && outcomes.contains(&Err(Refusal::LastGuardian)), "{outcomes:?}");
            let active = format!(
                "SELECT COUNT(*) FROM guardianships WHERE status = 'active' AND student_id = {}", profile(&child)
            );
            assert_eq!(world.number(&active), 1);
        }
    }
}
