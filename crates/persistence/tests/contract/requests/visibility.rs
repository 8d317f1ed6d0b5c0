use astegni_domain::accounts::{AccountRepository, Actor, Role};
use astegni_domain::chat::{ChatQueries, MessagesFrom, MessagesPage};
use astegni_domain::connections::Kind;
use astegni_domain::page::PageRequest;
use astegni_domain::requests::{Contact, RequestQueries, RequestRecord, RequestRepository, RequestStatus, RequestView};
use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;
use strum::VariantArray;

use super::{Family, accept, requested, requested_for_child};
use crate::blocks::guardianship;
use crate::connections;
use crate::harness::{World, contract, now};

/// The start of the last session of [`requested`].
fn deadline() -> DateTime<Utc> {
    "2026-02-04T07:00:00Z".parse().unwrap()
}

fn mine(world: &World, viewer: &Actor) -> Option<RequestView> {
    let page = block_on(world.requests().mine(viewer, PageRequest::FIRST)).unwrap();
    assert!(page.items.len() < 2);
    page.items.into_iter().next()
}

contract! {
    fn names_and_contacts_belong_to_the_right_users(world: World) {
        // Makes the ids of users and profiles differ, so that a wrong join shows.
        for role in [Role::Parent, Role::Tutor, Role::Student, Role::Student] {
            world.person(role);
        }
        let (tutor, student, sent) = requested(&world);
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

    fn lists_hold_exactly_the_requests_that_the_rule_allows(world: World) {
        let Family { parent, guardian, child, tutor, sent } = requested_for_child(&world);
        let mut viewers = vec![
            (parent, true, true), (guardian, true, true), (child, true, true), (tutor, true, false),
            (world.person(Role::Tutor), false, false), (world.person(Role::Student), false, false),
        ];
        for status in ["invited", "rejected", "ended", "active"] {
            let other = world.person(Role::Parent);
            guardianship(&world, &other, &viewers[2].0, status);
            viewers.push((other, status == "active", status == "active"));
        }
        for (viewer, sees, withdraws) in viewers {
            let facts = block_on(world.database.withdrawal_facts(sent.request_id, viewer.user_id, now()));
            let facts = facts.unwrap().unwrap();
            assert_eq!(facts.request.is_visible_to(viewer.user_id, facts.is_guardian), sees);
            assert_eq!(facts.request.is_withdrawable_by(viewer.user_id, facts.is_guardian), withdraws);
            assert_eq!(mine(&world, &viewer).is_some(), sees, "the list follows the rule");
        }
    }

    fn contact_data_is_shown_to_the_parties_and_never_across_a_block(world: World) {
        for block in [None, Some(true), Some(false)] {
            let Family { parent, guardian, child, tutor, sent } = requested_for_child(&world);
            let all = [&parent, &guardian, &child, &tutor];
            for viewer in all {
                assert_eq!(mine(&world, viewer).unwrap().contact, Contact::default(), "the request is pending");
            }
            accept(&world, &tutor, sent.request_id).unwrap();
            if let Some(by_tutor) = block {
                let (actor, other) = if by_tutor { (&tutor, &parent) } else { (&parent, &tutor) };
                connections::request(&world, actor, other, Kind::Block).unwrap();
            }
            let stored = block_on(AccountRepository::find(&world.database, parent.user_id)).unwrap().unwrap();
            let full = Contact { phone: stored.phone, email: stored.email.map(|email| email.as_str().to_owned()) };
            assert!(full.email.is_some());
            for viewer in all {
                let sees = viewer == &parent || (viewer == &tutor && block.is_none());
                let expected = if sees { full.clone() } else { Contact::default() };
                assert_eq!(mine(&world, viewer).unwrap().contact, expected, "{block:?} {}", viewer.user_id);
            }
            let for_tutor = if block.is_none() { full } else { Contact::default() };
            let found = block_on(world.requests().find_received(&tutor, sent.request_id)).unwrap();
            assert_eq!(found.contact, for_tutor);
            let received = block_on(world.requests().received(&tutor, None, PageRequest::FIRST)).unwrap();
            assert_eq!(received.items[0].contact, for_tutor);
            let students = block_on(world.requests().students(&tutor, PageRequest::FIRST)).unwrap();
            assert_eq!((students.items.len(), &students.items[0].contact), (1, &for_tutor));
        }
    }

    fn a_block_between_other_users_hides_no_contact_data(world: World) {
        let Family { parent, child, tutor, sent, .. } = requested_for_child(&world);
        accept(&world, &tutor, sent.request_id).unwrap();
        connections::request(&world, &child, &tutor, Kind::Block).unwrap();
        connections::request(&world, &parent, &world.person(Role::Tutor), Kind::Block).unwrap();
        assert!(mine(&world, &tutor).unwrap().contact.email.is_some());
    }

    fn a_request_that_a_block_expired_reads_like_one_past_its_deadline(world: World) {
        let deadline = deadline();
        let view = |student: &Actor, at| {
            let page = block_on(world.requests_at(at).mine(student, PageRequest::FIRST)).unwrap();
            page.items.into_iter().next().unwrap().request
        };
        let (_, lapsed, _) = requested(&world);
        let lapsed = view(&lapsed, deadline);
        assert_eq!((lapsed.status, lapsed.updated_at, lapsed.expires_at), (RequestStatus::Expired, deadline, deadline));
        assert_eq!((lapsed.responded_at, lapsed.rejected_at()), (None, None));

        for by_tutor in [true, false] {
            let (tutor, student, sent) = requested(&world);
            let (actor, other) = if by_tutor { (&tutor, &student) } else { (&student, &tutor) };
            connections::request(&world, actor, other, Kind::Block).unwrap();
            for request in [
                view(&student, now()),
                view(&student, deadline),
                block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap().unwrap(),
            ] {
                assert_eq!(request.status, RequestStatus::Expired);
                assert_eq!((request.updated_at, request.expires_at), (now(), now()), "the deadline is the block");
                assert_eq!((request.responded_at, request.rejected_at()), (None, None));
            }
            let page = MessagesPage { page: PageRequest::FIRST, from: MessagesFrom::Latest };
            let messages = block_on(world.database.messages(sent.conversation_id, student.user_id, page, now()));
            let messages = messages.unwrap().page.items;
            assert_eq!((messages.len(), messages[0].request.as_ref().unwrap().status), (1, RequestStatus::Expired));
        }
    }

    fn a_request_past_its_deadline_keeps_it_through_a_later_block(world: World) {
        let (tutor, student, sent) = requested(&world);
        world.execute("UPDATE requested_sessions SET expires_at = '2026-01-30 04:00:00'");
        let before = block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap();
        connections::request(&world, &tutor, &student, Kind::Block).unwrap();
        assert_eq!(block_on(RequestRepository::find(&world.database, sent.request_id, now())).unwrap(), before);
    }

    fn the_filter_by_status_follows_the_clock(world: World) {
        let (tutor, _, sent) = requested(&world);
        for stored in RequestStatus::VARIANTS {
            let word = stored.as_str();
            world.execute(&format!("UPDATE requested_sessions SET status = '{word}'"));
            for offset in [-1, 0] {
                let at = deadline() + TimeDelta::microseconds(offset);
                for wanted in RequestStatus::VARIANTS {
                    let page = world.database.of_tutor(tutor.profiles.tutor.unwrap(), Some(*wanted), PageRequest::FIRST, at);
                    let listed: Vec<RequestRecord> = block_on(page).unwrap().items;
                    assert_eq!(!listed.is_empty(), stored.at(deadline(), at) == *wanted, "{stored:?} {wanted:?} {at}");
                    assert!(listed.iter().all(|record| record.request.id == sent.request_id));
                }
            }
        }
    }
}
