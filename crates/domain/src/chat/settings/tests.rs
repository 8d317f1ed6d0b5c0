use strum::VariantArray;

use super::*;
use crate::chat::fixtures::{ME, OTHER, block, contact, edge};
use crate::connections::{Edge, ProfileFacts};
use crate::families::{Guardianship, GuardianshipFacts};
use crate::ids::{GuardianshipId, StudentId};

fn guardianship(parent: UserId, status: GuardianshipStatus) -> GuardianshipFacts {
    let student_user = if parent == ME { OTHER } else { ME };
    let student = StudentId::new(90 + student_user.get());
    let guardianship = Guardianship { id: GuardianshipId::new(1), parent, student, status };
    GuardianshipFacts { guardianship, student_user, student_has_login: true, has_other_guardian: false }
}

/// A user with a public or private account, as [`ME`] wants to write to them.
fn recipient(is_private: bool, edges: Vec<Edge>, guardianships: Vec<GuardianshipFacts>) -> Contact {
    let plain = contact(OTHER, MessagePolicy::Everyone, edges);
    let profile = ProfileFacts::of_stranger(true, is_private);
    Contact { pair: plain.pair.map(|pair| Pair { profile, guardianships, ..pair }), ..plain }
}

#[test]
fn the_whole_table_of_relations_and_policies() {
    use Kind::{Follow, Friend};
    use Status::{Accepted, Pending, Rejected};
    let relations = |edges: &[Edge]| edges.to_vec();
    #[rustfmt::skip]
    let table = [
        // relation                                       public, private account admits as a connection
        (relations(&[]),                                  false, false),
        (relations(&[edge(Friend, Accepted, ME)]),        true,  true),
        (relations(&[edge(Friend, Accepted, OTHER)]),     true,  true),
        (relations(&[edge(Friend, Pending, ME)]),         false, false),
        (relations(&[edge(Friend, Pending, OTHER)]),      false, false),
        (relations(&[edge(Friend, Rejected, ME)]),        false, false),
        (relations(&[edge(Follow, Accepted, OTHER)]),     true,  true),
        (relations(&[edge(Follow, Pending, OTHER)]),      false, false),
        (relations(&[edge(Follow, Accepted, ME)]),        false, true),
        (relations(&[edge(Follow, Pending, ME)]),         false, false),
        (relations(&[edge(Follow, Rejected, ME)]),        false, false),
        (relations(&[edge(Follow, Accepted, ME), edge(Follow, Accepted, OTHER)]), true, true),
    ];
    for (edges, public, private) in table {
        for (is_private, connected) in [(false, public), (true, private)] {
            check(&recipient(is_private, edges.clone(), Vec::new()), connected);
        }
    }
    for parent in [ME, OTHER] {
        for status in GuardianshipStatus::VARIANTS {
            let connected = *status == GuardianshipStatus::Active;
            check(&recipient(true, Vec::new(), vec![guardianship(parent, *status)]), connected);
        }
    }
}

/// Checks that a recipient admits the actor under each policy.
fn check(recipient: &Contact, connected: bool) {
    assert!(recipient.check_open().is_ok(), "{recipient:?}");
    for policy in MessagePolicy::VARIANTS {
        let admitted = match policy {
            MessagePolicy::Everyone => true,
            MessagePolicy::Connections => connected,
            MessagePolicy::Nobody => false,
        };
        let expected = if admitted { Ok(()) } else { Err(Unreachable::NotAdmitted) };
        let recipient = Contact { policy: *policy, ..recipient.clone() };
        assert_eq!(recipient.check_admitted(), expected, "{recipient:?}");
    }
}

#[test]
fn blocks_hidden_children_and_inactive_accounts_close_every_policy_and_relation() {
    let friend = edge(Kind::Friend, Status::Accepted, ME);
    let active = vec![guardianship(ME, GuardianshipStatus::Active)];
    let related = |edges: &[Edge]| recipient(false, [&[friend], edges].concat(), active.clone());
    let with_profile = |profile| {
        let contact = related(&[]);
        Contact { pair: contact.pair.map(|pair| Pair { profile, ..pair }), ..contact }
    };
    let child = ProfileFacts::of_stranger(false, true);
    let cases = [
        (related(&[block(ME)]), Unreachable::BlockedByYou),
        (related(&[block(OTHER)]), Unreachable::NotFound),
        (related(&[block(ME), block(OTHER)]), Unreachable::NotFound),
        (Contact { pair: None, ..related(&[]) }, Unreachable::NotFound),
        (with_profile(child), Unreachable::NotFound),
        // A guardian sees a child without a login, who cannot read messages.
        (with_profile(ProfileFacts { is_ward: true, ..child }), Unreachable::NotFound),
        (with_profile(ProfileFacts { has_requested_sessions: true, ..child }), Unreachable::NotFound),
    ];
    assert!(related(&[]).check_open().is_ok());
    for (contact, unreachable) in cases {
        for policy in MessagePolicy::VARIANTS {
            let contact = Contact { policy: *policy, ..contact.clone() };
            assert_eq!(contact.check_open().map(drop), Err(unreachable), "{contact:?}");
            assert_eq!(contact.check_admitted(), Err(unreachable), "{contact:?}");
        }
    }
}

#[test]
fn by_default_everyone_is_admitted_and_everything_is_shown() {
    let default = ChatSettings {
        who_can_message: MessagePolicy::Everyone,
        read_receipts: true,
        typing_indicators: true,
        online_status: true,
    };
    assert_eq!(ChatSettings::default(), default);
    assert_eq!(SettingsChange::default().apply(default), default);
}

#[test]
fn a_change_sets_the_given_fields_alone() {
    let before = ChatSettings { online_status: false, ..ChatSettings::default() };
    let none = SettingsChange::default();
    let cases = [
        (
            SettingsChange { who_can_message: Some(MessagePolicy::Nobody), ..none },
            ChatSettings { who_can_message: MessagePolicy::Nobody, ..before },
        ),
        (SettingsChange { read_receipts: Some(false), ..none }, ChatSettings { read_receipts: false, ..before }),
        (
            SettingsChange { typing_indicators: Some(false), ..none },
            ChatSettings { typing_indicators: false, ..before },
        ),
        (SettingsChange { online_status: Some(true), ..none }, ChatSettings { online_status: true, ..before }),
    ];
    for (change, after) in cases {
        assert_eq!(change.apply(before), after, "{change:?}");
        assert_eq!(change.apply(after), after, "a repeated change makes no difference");
    }
}

#[test]
fn policies_have_their_names_of_the_database() {
    let names = MessagePolicy::VARIANTS.iter().map(|policy| policy.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["everyone", "connections", "none"]);
    for policy in MessagePolicy::VARIANTS {
        assert_eq!(policy.as_str().parse(), Ok(*policy));
    }
}
