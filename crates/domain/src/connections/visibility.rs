//! Visibility of connections: one table, from which the filters of every list are derived.

use strum::VariantArray;

use super::{Edge, Kind, ProfileAccess, Side, Standing, Status, SubjectAccount};
use crate::ids::UserId;

/// Returns whether a participant may see a connection, given the side and the standing of that participant.
///
/// A block is known to its initiator alone, and a rejection to its recipient alone. The recipient keeps seeing it
/// after a block by the initiator, because its disappearance would reveal the block.
pub fn is_visible(kind: Kind, status: Status, side: Side, standing: Standing) -> bool {
    match (side, kind, status) {
        (Side::Recipient, Kind::Block, _) | (Side::Initiator, _, Status::Rejected) => false,
        (Side::Recipient, Kind::Follow | Kind::Friend, Status::Rejected) => true,
        (_, _, Status::Pending | Status::Accepted) => standing != Standing::BlockedByThem,
    }
}

/// Returns whether everyone who may list a user's connections sees a connection.
pub fn is_public(kind: Kind, status: Status) -> bool {
    matches!(kind, Kind::Follow | Kind::Friend) && status == Status::Accepted
}

/// Returns whether the list of a user's own connections shows a connection, given the blocks and the user's access to
/// the profile of the other participant.
pub fn is_listed(edge: &Edge, owner: UserId, standing: Standing, access: ProfileAccess) -> bool {
    let visible = |side| is_visible(edge.kind, edge.status, side, standing);
    access != ProfileAccess::Hidden && edge.side(owner).is_some_and(visible)
}

/// Returns whether the public list of a user shows a connection to a viewer, given the other participant, the blocks
/// between that participant and the viewer, and the viewer's access to that participant's profile. Children without a
/// login and users with a block in either direction are left out.
pub fn is_listed_publicly(edge: &Edge, other: &SubjectAccount, standing: Standing, access: ProfileAccess) -> bool {
    let is_shown = other.has_login && standing == Standing::Open && access != ProfileAccess::Hidden;
    is_shown && is_public(edge.kind, edge.status)
}

/// The part of a user's connections that a list is limited to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::VariantArray)]
pub enum Direction {
    /// Follows by the user.
    Following,
    /// Follows of the user.
    Followers,
    /// Connections of any kind that the user initiated.
    Outgoing,
    /// Connections of any kind that were addressed to the user.
    Incoming,
    /// Connections of either direction.
    #[default]
    All,
}

/// The filter of a list of connections. Conditions that are absent select everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after the properties that they select")]
pub struct ConnectionFilter {
    pub kind: Option<Kind>,
    pub status: Option<Status>,
    pub direction: Direction,
    /// The beginnings of words of the other participant's name, as [`name_matches`](super::name_matches) defines them.
    pub search: Option<String>,
}

impl ConnectionFilter {
    /// Returns whether the filter selects a connection by its state, seen from a side of it.
    pub fn selects(&self, kind: Kind, status: Status, side: Side) -> bool {
        let directed = match self.direction {
            Direction::Following => kind == Kind::Follow && side == Side::Initiator,
            Direction::Followers => kind == Kind::Follow && side == Side::Recipient,
            Direction::Outgoing => side == Side::Initiator,
            Direction::Incoming => side == Side::Recipient,
            Direction::All => true,
        };
        directed && self.kind.is_none_or(|wanted| wanted == kind) && self.status.is_none_or(|wanted| wanted == status)
    }
}

/// A state of connections, seen from one side of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields are named after the properties of connections")]
pub struct ListedState {
    /// The side of the user whose connections are listed.
    pub side: Side,
    pub kind: Kind,
    pub status: Status,
}

/// Returns the states that a user sees in the list of their own connections, given the standing at its best.
/// [`is_visible`] decides on single connections.
pub fn own_states(filter: &ConnectionFilter) -> Vec<ListedState> {
    states(|ListedState { side, kind, status }| {
        let visible = |standing: &Standing| is_visible(kind, status, side, *standing);
        filter.selects(kind, status, side) && Standing::VARIANTS.iter().any(visible)
    })
}

/// Returns the states that others see in the list of a user's connections.
pub fn public_states(filter: &ConnectionFilter) -> Vec<ListedState> {
    states(|ListedState { side, kind, status }| filter.selects(kind, status, side) && is_public(kind, status))
}

/// Returns the states that a rule selects, of those that exist: a block takes effect immediately.
fn states(selects: impl Fn(ListedState) -> bool) -> Vec<ListedState> {
    let of_kind = |side, kind| Status::VARIANTS.iter().map(move |&status| ListedState { side, kind, status });
    let of_side = |&side: &Side| Kind::VARIANTS.iter().flat_map(move |&kind| of_kind(side, kind));
    let exists = |state: &ListedState| state.kind != Kind::Block || state.status == Status::Accepted;
    Side::VARIANTS.iter().flat_map(of_side).filter(exists).filter(|state| selects(*state)).collect()
}

#[cfg(test)]
mod tests {
    use Kind::{Block, Follow, Friend};
    use Side::{Initiator, Recipient};
    use Status::{Accepted, Pending, Rejected};

    use super::*;
    use crate::connections::fixtures::{ME, OTHER, edge};

    #[test]
    fn the_whole_table_of_visibility() {
        #[rustfmt::skip]
        let table = [
            // connection                   not blocked, blocked by the other participant
            (Follow, Pending,  Initiator,   true,  false),
            (Follow, Pending,  Recipient,   true,  false),
            (Follow, Accepted, Initiator,   true,  false),
            (Follow, Accepted, Recipient,   true,  false),
            (Follow, Rejected, Initiator,   false, false),
            (Follow, Rejected, Recipient,   true,  true),
            (Friend, Pending,  Initiator,   true,  false),
            (Friend, Pending,  Recipient,   true,  false),
            (Friend, Accepted, Initiator,   true,  false),
            (Friend, Accepted, Recipient,   true,  false),
            (Friend, Rejected, Initiator,   false, false),
            (Friend, Rejected, Recipient,   true,  true),
            (Block,  Pending,  Initiator,   true,  false),
            (Block,  Pending,  Recipient,   false, false),
            (Block,  Accepted, Initiator,   true,  false),
            (Block,  Accepted, Recipient,   false, false),
            (Block,  Rejected, Initiator,   false, false),
            (Block,  Rejected, Recipient,   false, false),
        ];
        assert_eq!(table.len(), Kind::VARIANTS.len() * Status::VARIANTS.len() * Side::VARIANTS.len());
        for (kind, status, side, open, blocked) in table {
            for (standing, expected) in
                [(Standing::Open, open), (Standing::BlockedByYou, open), (Standing::BlockedByThem, blocked)]
            {
                assert_eq!(
                    is_visible(kind, status, side, standing),
                    expected,
                    "{kind:?} {status:?} {side:?} {standing:?}"
                );
            }
        }
    }

    /// A connection that the owner of a list, user 1, has with user 2.
    fn connection(kind: Kind, status: Status, side: Side) -> Edge {
        let (initiator, recipient) = if side == Initiator { (ME, OTHER) } else { (OTHER, ME) };
        Edge { initiator, recipient, ..edge(1, kind, status, initiator) }
    }

    #[test]
    fn the_own_list_shows_visible_connections_with_users_who_are_not_hidden() {
        for &side in Side::VARIANTS {
            for &standing in Standing::VARIANTS {
                let edge = connection(Follow, Pending, side);
                let visible = is_visible(Follow, Pending, side, standing);
                for access in [ProfileAccess::Full, ProfileAccess::Restricted] {
                    assert_eq!(is_listed(&edge, ME, standing, access), visible);
                }
                assert!(!is_listed(&edge, ME, standing, ProfileAccess::Hidden));
                assert!(!is_listed(&edge, UserId::new(9), standing, ProfileAccess::Full), "connections of others");
            }
        }
    }

    #[test]
    fn a_public_list_leaves_out_blocks_hidden_users_and_children_without_a_login() {
        let user = SubjectAccount { id: OTHER, has_login: true, is_private: false };
        let child = SubjectAccount { has_login: false, ..user };
        let accepted = connection(Friend, Accepted, Initiator);
        let listed = |edge: &Edge, other, standing, access| is_listed_publicly(edge, other, standing, access);
        assert!(listed(&accepted, &user, Standing::Open, ProfileAccess::Full));
        assert!(listed(&accepted, &user, Standing::Open, ProfileAccess::Restricted));
        assert!(!listed(&connection(Friend, Pending, Initiator), &user, Standing::Open, ProfileAccess::Full));
        assert!(!listed(&accepted, &child, Standing::Open, ProfileAccess::Full));
        assert!(!listed(&accepted, &user, Standing::Open, ProfileAccess::Hidden));
        assert!(!listed(&accepted, &user, Standing::BlockedByYou, ProfileAccess::Full));
        assert!(!listed(&accepted, &user, Standing::BlockedByThem, ProfileAccess::Full));
    }

    #[test]
    fn only_accepted_follows_and_friendships_are_public() {
        for &kind in Kind::VARIANTS {
            for &status in Status::VARIANTS {
                let expected = matches!((kind, status), (Follow | Friend, Accepted));
                assert_eq!(is_public(kind, status), expected, "{kind:?} {status:?}");
            }
        }
    }

    fn selected(filter: &ConnectionFilter) -> Vec<(Kind, Status, Side)> {
        let mut selected = Vec::new();
        for &kind in Kind::VARIANTS {
            for &status in Status::VARIANTS {
                selected.extend(
                    Side::VARIANTS
                        .iter()
                        .filter(|side| filter.selects(kind, status, **side))
                        .map(|side| (kind, status, *side)),
                );
            }
        }
        selected
    }

    #[test]
    fn a_filter_without_conditions_selects_everything() {
        assert_eq!(selected(&ConnectionFilter::default()).len(), 18);
    }

    #[test]
    fn each_condition_of_a_filter_narrows_it() {
        let kind = selected(&ConnectionFilter { kind: Some(Friend), ..ConnectionFilter::default() });
        assert!(kind.len() == 6 && kind.iter().all(|(kind, ..)| *kind == Friend));
        let status = selected(&ConnectionFilter { status: Some(Rejected), ..ConnectionFilter::default() });
        assert!(status.len() == 6 && status.iter().all(|(_, status, _)| *status == Rejected));
    }

    #[test]
    fn following_and_followers_are_follows() {
        for (direction, count, side, kinds) in [
            (Direction::Following, 3, Initiator, [Follow].as_slice()),
            (Direction::Followers, 3, Recipient, &[Follow]),
            (Direction::Outgoing, 9, Initiator, &[Follow, Friend, Block]),
            (Direction::Incoming, 9, Recipient, &[Follow, Friend, Block]),
        ] {
            let selected = selected(&ConnectionFilter { direction, ..ConnectionFilter::default() });
            assert_eq!(selected.len(), count, "{direction:?}");
            assert!(selected.iter().all(|(kind, _, on)| *on == side && kinds.contains(kind)), "{direction:?}");
            let friends = ConnectionFilter { direction, kind: Some(Friend), ..ConnectionFilter::default() };
            assert_eq!(own_states(&friends).is_empty(), kinds == [Follow], "{direction:?}");
        }
    }

    #[test]
    fn the_own_list_shows_neither_received_blocks_nor_received_rejections() {
        let shown = own_states(&ConnectionFilter::default());
        let state = |side, kind, status| ListedState { side, kind, status };
        assert_eq!(shown.len(), 11);
        for side in [Initiator, Recipient] {
            for kind in [Follow, Friend] {
                assert!(shown.contains(&state(side, kind, Pending)) && shown.contains(&state(side, kind, Accepted)));
                assert_eq!(shown.contains(&state(side, kind, Rejected)), side == Recipient);
            }
            assert_eq!(shown.contains(&state(side, Block, Accepted)), side == Initiator);
        }
    }

    #[test]
    fn a_public_list_shows_accepted_follows_and_friendships_of_either_side() {
        let shown = |side| [Follow, Friend].map(|kind| ListedState { side, kind, status: Accepted });
        assert_eq!(public_states(&ConnectionFilter::default()), [shown(Initiator), shown(Recipient)].concat());
        let pending = ConnectionFilter { status: Some(Pending), ..ConnectionFilter::default() };
        assert_eq!(public_states(&pending), []);
        let blocks = ConnectionFilter { kind: Some(Block), ..ConnectionFilter::default() };
        assert_eq!(public_states(&blocks), []);
    }

    /// No visible state is missing, and no state is listed that is visible under no standing, whatever the filter.
    #[test]
    fn listed_states_are_the_visible_states() {
        let kinds = Kind::VARIANTS.iter().copied().map(Some).chain([None]);
        let filters = kinds.flat_map(|kind| {
            let statuses = Status::VARIANTS.iter().copied().map(Some).chain([None]);
            statuses.flat_map(move |status| {
                let of =
                    move |direction: &Direction| ConnectionFilter { kind, status, direction: *direction, search: None };
                Direction::VARIANTS.iter().map(of)
            })
        });
        for filter in filters {
            let listed = own_states(&filter);
            for &kind in Kind::VARIANTS {
                for &status in Status::VARIANTS {
                    for &side in Side::VARIANTS {
                        let exists = kind != Block || status == Accepted;
                        let visible = Standing::VARIANTS.iter().any(|s| is_visible(kind, status, side, *s));
                        let expected = exists && visible && filter.selects(kind, status, side);
                        let hits = listed.iter().filter(|state| **state == ListedState { side, kind, status });
                        assert_eq!(hits.count(), usize::from(expected), "{filter:?} {kind:?} {status:?} {side:?}");
                    }
                }
            }
        }
    }
}
