//! The head of a user's lists: the card of their owner, and their lengths.

use std::collections::BTreeMap;

use astegni_domain::connections::{Counters, Kind, ListedState, ProfileCard, Status};
use astegni_domain::ids::UserId;
use diesel::sql_types::{BigInt, Bool};

use super::rows::{Person, PersonColumns};
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// The head of a user's lists.
#[derive(Debug, Clone)]
pub(crate) struct ListHead {
    /// The user's own card, without restrictions.
    pub(super) owner: ProfileCard,
    /// The stored counters, which include hidden connections.
    pub(super) counters: Counters,
    /// Whether the user has ever been a guardian, or invited a student.
    pub(super) has_guarded: bool,
    /// Whether any user has blocked this one.
    pub(super) has_been_blocked: bool,
}

impl ListHead {
    /// Returns those of some states in which the user may have connections, as far as the counters tell. Rejections are not
    /// counted. A connection that is accepted between this look at the counters and the reading of the list is in a state
    /// that is read: a request implies both of its outcomes.
    pub(super) fn occupied(&self, states: &[ListedState]) -> Vec<ListedState> {
        let requests = self.counters.pending_received + self.counters.pending_sent;
        let is_occupied = |state: &ListedState| match (state.kind, state.status) {
            (_, Status::Rejected) | (Kind::Follow, Status::Accepted) => true,
            (Kind::Follow, Status::Pending) => requests > 0,
            (Kind::Friend, _) => self.counters.friends + requests > 0,
            (Kind::Block, _) => self.counters.blocked > 0,
        };
        states.iter().copied().filter(is_occupied).collect()
    }
}

type CounterColumns = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);
type CounterRow = (i64, i64, i64, i64, i64, i64);

/// Loads the heads of some users' lists. Fails for a user without counters.
pub(crate) fn heads(conn: &mut AnyConnection, ids: &[UserId]) -> Results<ListHead> {
    let places = vec!["?"; statement::padded(ids.len())].join(",");
    let text = format!(
        "SELECT u.id, u.display_name, u.profile_picture, u.roles, c.followers_count, c.following_count, \
         c.friends_count, c.pending_received_count, c.pending_sent_count, c.blocked_count, \
         EXISTS (SELECT 1 FROM guardianships g WHERE g.parent_user_id = u.id), \
         EXISTS (SELECT 1 FROM connections b WHERE b.user_id_2 = u.id AND b.connection_type = 'block' \
         AND b.status = 'accepted') \
         FROM users u JOIN connection_counters c ON c.user_id = u.id WHERE u.id IN ({places})"
    );
    let padding = std::iter::repeat_n(0, statement::padded(ids.len()) - ids.len());
    let rows: Vec<(Person, CounterRow, bool, bool)> =
        Statement::<(PersonColumns, CounterColumns, Bool, Bool)>::new(text)
            .bind_all(ids.iter().map(|id| id.get()).chain(padding))
            .load(conn)?;
    let mut heads = BTreeMap::new();
    for (person, counters, has_guarded, has_been_blocked) in rows {
        let (followers, following, friends, pending_received, pending_sent, blocked) = counters;
        let counters = Counters { followers, following, friends, pending_received, pending_sent, blocked };
        let id = UserId::new(person.id);
        heads.insert(id, ListHead { owner: person.card()?, counters, has_guarded, has_been_blocked });
    }
    let head =
        |id: &UserId| heads.get(id).cloned().ok_or_else(|| StoreError::missing_row("connection_counters", id.get()));
    Ok(ids.iter().map(head).collect())
}
