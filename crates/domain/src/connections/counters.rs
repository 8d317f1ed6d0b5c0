//! The counters of a user's lists.

use super::{Kind, Side, Status};

/// The number of a user's connections by list, or a difference between two such numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Accepted follows of the user.
    pub followers: i64,
    /// Accepted follows by the user.
    pub following: i64,
    /// Accepted friendships of the user.
    pub friends: i64,
    /// Follows and friendships that wait for the user's answer.
    pub pending_received: i64,
    /// Follows and friendships of the user that wait for an answer.
    pub pending_sent: i64,
    /// Blocks by the user.
    pub blocked: i64,
}

impl Counters {
    /// Returns the contribution of one connection to the counters of the user on one side of it.
    pub fn of(kind: Kind, status: Status, side: Side) -> Self {
        let none = Self::default();
        match (kind, status, side) {
            (Kind::Block, _, Side::Initiator) => Self { blocked: 1, ..none },
            (Kind::Block, _, Side::Recipient) | (_, Status::Rejected, _) => none,
            (_, Status::Pending, Side::Initiator) => Self { pending_sent: 1, ..none },
            (_, Status::Pending, Side::Recipient) => Self { pending_received: 1, ..none },
            (Kind::Follow, Status::Accepted, Side::Initiator) => Self { following: 1, ..none },
            (Kind::Follow, Status::Accepted, Side::Recipient) => Self { followers: 1, ..none },
            (Kind::Friend, Status::Accepted, _) => Self { friends: 1, ..none },
        }
    }

    /// Adds `other` multiplied by `times`, which may be negative.
    pub fn add(&mut self, other: Self, times: i64) {
        self.followers += other.followers * times;
        self.following += other.following * times;
        self.friends += other.friends * times;
        self.pending_received += other.pending_received * times;
        self.pending_sent += other.pending_sent * times;
        self.blocked += other.blocked * times;
    }

    /// Returns the counters without connections that a viewer may not see. Never negative, because the two
    /// numbers may have been read at slightly different times.
    #[must_use]
    pub fn without(mut self, hidden: Self) -> Self {
        self.add(hidden, -1);
        Self {
            followers: self.followers.max(0),
            following: self.following.max(0),
            friends: self.friends.max(0),
            pending_received: self.pending_received.max(0),
            pending_sent: self.pending_sent.max(0),
            blocked: self.blocked.max(0),
        }
    }

    /// Returns the number of accepted follows and friendships.
    pub fn total(&self) -> i64 {
        self.followers + self.following + self.friends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(values: [i64; 6]) -> Counters {
        let [followers, following, friends, pending_received, pending_sent, blocked] = values;
        Counters { followers, following, friends, pending_received, pending_sent, blocked }
    }

    #[test]
    fn a_connection_counts_in_exactly_one_list_of_each_side() {
        use Kind::{Block, Follow, Friend};
        use Side::{Initiator, Recipient};
        use Status::{Accepted, Pending, Rejected};
        let table = [
            (Follow, Pending, Initiator, [0, 0, 0, 0, 1, 0]),
            (Follow, Pending, Recipient, [0, 0, 0, 1, 0, 0]),
            (Follow, Accepted, Initiator, [0, 1, 0, 0, 0, 0]),
            (Follow, Accepted, Recipient, [1, 0, 0, 0, 0, 0]),
            (Follow, Rejected, Initiator, [0; 6]),
            (Follow, Rejected, Recipient, [0; 6]),
            (Friend, Pending, Initiator, [0, 0, 0, 0, 1, 0]),
            (Friend, Pending, Recipient, [0, 0, 0, 1, 0, 0]),
            (Friend, Accepted, Initiator, [0, 0, 1, 0, 0, 0]),
            (Friend, Accepted, Recipient, [0, 0, 1, 0, 0, 0]),
            (Friend, Rejected, Initiator, [0; 6]),
            (Friend, Rejected, Recipient, [0; 6]),
            (Block, Accepted, Initiator, [0, 0, 0, 0, 0, 1]),
            (Block, Accepted, Recipient, [0; 6]),
        ];
        for (kind, status, side, expected) in table {
            assert_eq!(Counters::of(kind, status, side), counters(expected), "{kind:?} {status:?} {side:?}");
        }
    }

    #[test]
    fn adding_scales_and_a_negative_number_subtracts() {
        let mut sum = counters([1, 2, 3, 4, 5, 6]);
        sum.add(counters([10, 20, 30, 40, 50, 60]), 2);
        assert_eq!(sum, counters([21, 42, 63, 84, 105, 126]));
        sum.add(counters([1, 1, 1, 1, 1, 1]), -1);
        assert_eq!(sum, counters([20, 41, 62, 83, 104, 125]));
        assert_eq!(sum.total(), 123);
    }

    #[test]
    fn hidden_connections_are_subtracted_but_never_below_zero() {
        let all = counters([5, 5, 5, 5, 5, 5]);
        assert_eq!(all.without(counters([0, 1, 2, 3, 4, 5])), counters([5, 4, 3, 2, 1, 0]));
        assert_eq!(all.without(counters([6, 7, 8, 9, 10, 11])), counters([0; 6]));
    }
}
