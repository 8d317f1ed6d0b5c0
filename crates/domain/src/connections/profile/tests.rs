use chrono::DateTime;
use strum::VariantArray;

use super::*;
use crate::families::Guardianship;
use crate::ids::{ConnectionId, GuardianshipId, StudentId};

const VIEWER: UserId = UserId::new(1);
const SUBJECT: UserId = UserId::new(2);
const THIRD: UserId = UserId::new(3);

/// Every combination of the eight facts.
fn all_facts() -> Vec<ProfileFacts> {
    let bit = |number: u8, place: u8| (number >> place) & 1 == 1;
    let facts = |number| ProfileFacts {
        is_self: bit(number, 0),
        has_login: bit(number, 1),
        is_private: bit(number, 2),
        is_ward: bit(number, 3),
        has_requested_sessions: bit(number, 4),
        has_accepted_viewer: bit(number, 5),
        has_contacted_viewer: bit(number, 6),
        is_blocked: bit(number, 7),
    };
    (0..=u8::MAX).map(facts).collect()
}

#[test]
fn users_see_themselves() {
    for facts in all_facts().into_iter().filter(|facts| facts.is_self) {
        assert_eq!(facts.access(), ProfileAccess::Full, "{facts:?}");
    }
}

#[test]
fn a_child_without_a_login_exists_for_guardians_and_tutors_only() {
    for facts in all_facts().into_iter().filter(|facts| !facts.is_self && !facts.has_login) {
        let expected = match (facts.is_ward, facts.has_requested_sessions, facts.is_blocked) {
            (true, _, _) | (_, true, _) => ProfileAccess::Full,
            (false, false, true) => ProfileAccess::Restricted,
            (false, false, false) => ProfileAccess::Hidden,
        };
        assert_eq!(facts.access(), expected, "{facts:?}");
    }
}

#[test]
fn a_public_account_is_open_to_everyone() {
    for facts in all_facts().into_iter().filter(|facts| facts.has_login && !facts.is_private) {
        assert_eq!(facts.access(), ProfileAccess::Full, "{facts:?}");
    }
}

#[test]
fn each_tie_with_a_private_account_opens_it_and_none_leaves_it_restricted() {
    let stranger = ProfileFacts::of_stranger(true, true);
    assert_eq!(stranger.access(), ProfileAccess::Restricted);
    assert_eq!(ProfileFacts { is_blocked: true, ..stranger }.access(), ProfileAccess::Restricted);
    for tied in [
        ProfileFacts { is_ward: true, ..stranger },
        ProfileFacts { has_requested_sessions: true, ..stranger },
        ProfileFacts { has_accepted_viewer: true, ..stranger },
        ProfileFacts { has_contacted_viewer: true, ..stranger },
    ] {
        assert_eq!(tied.access(), ProfileAccess::Full, "{tied:?}");
    }
}

#[test]
fn the_connections_of_a_private_account_are_listed_for_accepted_users() {
    for facts in all_facts() {
        let expected = match facts.access() {
            ProfileAccess::Hidden | ProfileAccess::Restricted => false,
            ProfileAccess::Full if !facts.has_login || !facts.is_private => true,
            ProfileAccess::Full => facts.is_self || facts.has_accepted_viewer,
        };
        assert_eq!(facts.shows_connections(), expected, "{facts:?}");
    }
}

#[test]
fn private_accounts_and_children_consent_to_their_followers() {
    let needs = |has_login, is_private| ProfileFacts::of_stranger(has_login, is_private).needs_consent();
    assert_eq!(
        [needs(true, false), needs(true, true), needs(false, false), needs(false, true)],
        [false, true, true, true]
    );
}

fn edge(kind: Kind, status: Status, initiator: UserId, recipient: UserId) -> Edge {
    Edge { id: ConnectionId::new(1), kind, initiator, recipient, status, since: DateTime::UNIX_EPOCH }
}

fn guardianship(parent: UserId, student_user: UserId, status: GuardianshipStatus) -> GuardianshipFacts {
    let guardianship = Guardianship { id: GuardianshipId::new(1), parent, student: StudentId::new(9), status };
    GuardianshipFacts { guardianship, student_user, student_has_login: false, has_other_guardian: false }
}

fn derive(edges: &[Edge], guardianships: &[GuardianshipFacts], has_requested_sessions: bool) -> ProfileFacts {
    let subject = SubjectAccount { id: SUBJECT, has_login: true, is_private: true };
    ProfileFacts::derive(VIEWER, subject, edges, guardianships, has_requested_sessions)
}

#[test]
fn the_account_itself_is_taken_over() {
    assert_eq!(derive(&[], &[], false), ProfileFacts::of_stranger(true, true));
    assert!(derive(&[], &[], true).has_requested_sessions);
    let own = SubjectAccount { id: VIEWER, has_login: false, is_private: false };
    let facts = ProfileFacts::derive(VIEWER, own, &[], &[], false);
    assert_eq!(facts, ProfileFacts { is_self: true, ..ProfileFacts::of_stranger(false, false) });
}

#[test]
fn an_accepted_follow_by_the_viewer_or_a_friendship_is_an_acceptance() {
    for &kind in Kind::VARIANTS {
        for &status in Status::VARIANTS {
            for (from, to) in [(VIEWER, SUBJECT), (SUBJECT, VIEWER), (VIEWER, THIRD), (THIRD, SUBJECT)] {
                let facts = derive(&[edge(kind, status, from, to)], &[], false);
                let from_viewer = (from, to) == (VIEWER, SUBJECT);
                let from_subject = (from, to) == (SUBJECT, VIEWER);
                let accepted = status == Status::Accepted
                    && (kind == Kind::Follow && from_viewer || kind == Kind::Friend && (from_viewer || from_subject));
                assert_eq!(facts.has_accepted_viewer, accepted, "{kind:?} {status:?} {from} {to}");
                assert_eq!(facts.is_blocked, kind == Kind::Block && from_viewer, "{kind:?} {from} {to}");
                assert_eq!(facts.has_contacted_viewer, kind != Kind::Block && from_subject, "{kind:?} {from} {to}");
            }
        }
    }
}

#[test]
fn a_guardianship_opens_the_ward_once_active_and_the_guardian_once_offered() {
    for status in [GuardianshipStatus::Invited, GuardianshipStatus::Active] {
        let is_active = status == GuardianshipStatus::Active;
        for (parent, ward, is_ward, has_contacted) in [
            (VIEWER, SUBJECT, is_active, false),
            (SUBJECT, VIEWER, false, true),
            (THIRD, SUBJECT, false, false),
            (VIEWER, THIRD, false, false),
            (SUBJECT, THIRD, false, false),
            (THIRD, VIEWER, false, false),
        ] {
            let facts = derive(&[], &[guardianship(parent, ward, status)], false);
            assert_eq!((facts.is_ward, facts.has_contacted_viewer), (is_ward, has_contacted), "{parent} {ward}");
        }
    }
}

#[test]
fn hidden_users_and_users_who_blocked_the_viewer_do_not_exist() {
    let check = |standing, profile| Relation { standing, profile }.check();
    let [public, private, child] = [(true, false), (true, true), (false, true)]
        .map(|(has_login, is_private)| ProfileFacts::of_stranger(has_login, is_private));
    for profile in [public, private] {
        assert_eq!(check(Standing::Open, profile), Ok(()));
        assert_eq!(check(Standing::BlockedByYou, profile), Err(Refusal::BlockedByYou));
        assert_eq!(check(Standing::BlockedByThem, profile), Err(Refusal::UserNotFound));
    }
    for &standing in Standing::VARIANTS {
        assert_eq!(check(standing, child), Err(Refusal::UserNotFound));
    }
}

#[test]
fn an_anonymous_viewer_has_no_account() {
    assert_eq!((Viewer::from(None), Viewer::from(Some(VIEWER))), (Viewer::Anonymous, Viewer::User(VIEWER)));
    assert_eq!((Viewer::Anonymous.user(), Viewer::from(VIEWER).user()), (None, Some(VIEWER)));
}
