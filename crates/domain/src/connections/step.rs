//! The table: what an action makes of a connection.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Kind, Standing, Status};

/// On which side of a connection somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Side {
    /// Who began it.
    Initiator,
    /// Who is asked.
    Recipient,
}

/// How the actor holds the connection that the action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// There is none.
    Nothing,
    /// There is one in this state, and the actor on this side.
    As(Status, Side),
}

/// What somebody does about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Action {
    /// Follow, ask to be friends, block.
    Ask,
    /// Say yes.
    Accept,
    /// Say no.
    Reject,
    /// Unfollow, unfriend, take an ask back, unblock.
    End,
}

/// What becomes of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It comes to be, begun by the actor.
    Begin(Status),
    /// It moves on.
    Become(Status),
    /// It begins anew, now from the actor.
    BeginAnew(Status),
    /// It is gone.
    Gone,
}

/// Why nothing becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// One cannot connect with oneself.
    Yourself,
    /// There is no such user, or none for the actor to know.
    NoSuchUser,
    /// The actor blocked the other, and would have to unblock first.
    BlockedByYou,
    /// There is no such connection, or none for the actor to know.
    NoSuchConnection,
    /// The actor has no part in it, as far as the actor may know.
    NotYours,
    /// It is there already.
    AlreadyThere(Status),
    /// Only who was asked answers.
    OnlyRecipient,
    /// It was answered already.
    AlreadyAnswered(Status),
    /// The recipient rejected the actor recently.
    Cooldown(Cooldown),
}

/// The wait of a rejected initiator before the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cooldown {
    /// The end of the wait, an instant.
    pub again_at: DateTime<Utc>,
    /// The rest of the wait in seconds, rounded up.
    pub retry_after: i64,
}

impl Cooldown {
    /// Returns the wait until `again_at`, or nothing once it is over.
    pub(crate) fn until(again_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        let rest = again_at - now;
        let retry_after = rest.num_seconds() + i64::from(rest.subsec_nanos() > 0);
        (rest > TimeDelta::zero()).then_some(Self { again_at, retry_after })
    }
}

/// What an action makes of a connection, whatever the kind, the state and the side. `cooldown` is the
/// wait of a rejected initiator, unless it is over.
pub fn step(
    kind: Kind,
    held: Held,
    action: Action,
    standing: Standing,
    other_is_private: bool,
    cooldown: Option<Cooldown>,
) -> Result<Outcome, Refusal> {
    use Side::{Initiator, Recipient};
    use Status::{Accepted, Pending, Rejected};

    match standing {
        // Whoever is blocked finds nobody there, whatever they try.
        // But what they rejected themselves stays theirs to look at and to clear away.
        Standing::BlockedByThem if held == Held::As(Rejected, Recipient) && action != Action::Ask => {}
        Standing::BlockedByThem => {
            return Err(if action == Action::Ask { Refusal::NoSuchUser } else { Refusal::NoSuchConnection });
        }
        Standing::BlockedByYou if kind != Kind::Block && action != Action::End => return Err(Refusal::BlockedByYou),
        Standing::BlockedByYou | Standing::Open => {}
    }
    let begins = match kind {
        Kind::Follow if other_is_private => Pending,
        Kind::Follow | Kind::Block => Accepted,
        Kind::Friend => Pending,
    };
    match (kind, action, held) {
        (_, Action::Ask, Held::Nothing) => Ok(Outcome::Begin(begins)),
        // Both asked: that is a yes.
        (Kind::Friend, Action::Ask, Held::As(Pending, Recipient)) => Ok(Outcome::Become(Accepted)),
        // Who said no may think better of it at any time.
        (Kind::Friend, Action::Ask, Held::As(Rejected, Recipient)) => Ok(Outcome::BeginAnew(begins)),
        // An account that has gone public since asks nobody to wait.
        (Kind::Follow, Action::Ask, Held::As(Rejected, _)) if !other_is_private => Ok(Outcome::BeginAnew(begins)),
        (_, Action::Ask, Held::As(Rejected, _)) => match cooldown {
            Some(cooldown) => Err(Refusal::Cooldown(cooldown)),
            None => Ok(Outcome::BeginAnew(begins)),
        },
        (_, Action::Ask, Held::As(status @ (Pending | Accepted), _)) => Err(Refusal::AlreadyThere(status)),

        (Kind::Block, Action::Accept | Action::Reject | Action::End, Held::As(_, Recipient)) => Err(Refusal::NotYours),
        (_, _, Held::Nothing) | (_, Action::Accept | Action::Reject | Action::End, Held::As(Rejected, Initiator)) => {
            Err(Refusal::NoSuchConnection)
        }
        (_, Action::Accept | Action::Reject, Held::As(Pending | Accepted, Initiator)) => Err(Refusal::OnlyRecipient),
        (_, Action::Accept, Held::As(Pending, Recipient)) => Ok(Outcome::Become(Accepted)),
        (_, Action::Reject, Held::As(Pending, Recipient)) => Ok(Outcome::Become(Rejected)),
        (_, Action::Accept | Action::Reject, Held::As(status @ (Accepted | Rejected), Recipient)) => {
            Err(Refusal::AlreadyAnswered(status))
        }
        (_, Action::End, Held::As(_, _)) => Ok(Outcome::Gone),
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const STANDINGS: [Standing; 3] = [Standing::Open, Standing::BlockedByYou, Standing::BlockedByThem];

    fn helds() -> Vec<Held> {
        let all = Status::VARIANTS.iter().flat_map(|status| Side::VARIANTS.iter().map(|side| Held::As(*status, *side)));
        std::iter::once(Held::Nothing).chain(all).collect()
    }

    fn open(kind: Kind, held: Held, action: Action) -> Result<Outcome, Refusal> {
        step(kind, held, action, Standing::Open, false, None)
    }

    /// Every cell of the table between two who have not blocked each other.
    #[test]
    fn the_whole_table_of_an_open_pair() {
        use Action::{Accept, Ask, End, Reject};
        use Held::{As, Nothing};
        use Kind::{Block, Follow, Friend};
        use Outcome::{Become, Begin, BeginAnew, Gone};
        use Refusal::{AlreadyAnswered, AlreadyThere, NoSuchConnection, NotYours, OnlyRecipient};
        use Side::{Initiator, Recipient};
        use Status::{Accepted, Pending, Rejected};

        #[rustfmt::skip]
        let table = [
            // what is held               follow: ask                       friend: ask                      block: ask
            (Nothing,                 Ask, Ok(Begin(Accepted)),             Ok(Begin(Pending)),              Ok(Begin(Accepted))),
            (As(Pending, Initiator),  Ask, Err(AlreadyThere(Pending)),      Err(AlreadyThere(Pending)),      Err(AlreadyThere(Pending))),
            (As(Pending, Recipient),  Ask, Err(AlreadyThere(Pending)),      Ok(Become(Accepted)),            Err(AlreadyThere(Pending))),
            (As(Accepted, Initiator), Ask, Err(AlreadyThere(Accepted)),     Err(AlreadyThere(Accepted)),     Err(AlreadyThere(Accepted))),
            (As(Accepted, Recipient), Ask, Err(AlreadyThere(Accepted)),     Err(AlreadyThere(Accepted)),     Err(AlreadyThere(Accepted))),
            (As(Rejected, Initiator), Ask, Ok(BeginAnew(Accepted)),         Ok(BeginAnew(Pending)),          Ok(BeginAnew(Accepted))),
            (As(Rejected, Recipient), Ask, Ok(BeginAnew(Accepted)),         Ok(BeginAnew(Pending)),          Ok(BeginAnew(Accepted))),
            (Nothing,                 Accept, Err(NoSuchConnection),        Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Pending, Initiator),  Accept, Err(OnlyRecipient),           Err(OnlyRecipient),              Err(OnlyRecipient)),
            (As(Pending, Recipient),  Accept, Ok(Become(Accepted)),         Ok(Become(Accepted)),            Err(NotYours)),
            (As(Accepted, Initiator), Accept, Err(OnlyRecipient),           Err(OnlyRecipient),              Err(OnlyRecipient)),
            (As(Accepted, Recipient), Accept, Err(AlreadyAnswered(Accepted)), Err(AlreadyAnswered(Accepted)), Err(NotYours)),
            (As(Rejected, Initiator), Accept, Err(NoSuchConnection),        Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Rejected, Recipient), Accept, Err(AlreadyAnswered(Rejected)), Err(AlreadyAnswered(Rejected)), Err(NotYours)),
            (Nothing,                 Reject, Err(NoSuchConnection),        Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Pending, Initiator),  Reject, Err(OnlyRecipient),           Err(OnlyRecipient),              Err(OnlyRecipient)),
            (As(Pending, Recipient),  Reject, Ok(Become(Rejected)),         Ok(Become(Rejected)),            Err(NotYours)),
            (As(Accepted, Initiator), Reject, Err(OnlyRecipient),           Err(OnlyRecipient),              Err(OnlyRecipient)),
            (As(Accepted, Recipient), Reject, Err(AlreadyAnswered(Accepted)), Err(AlreadyAnswered(Accepted)), Err(NotYours)),
            (As(Rejected, Initiator), Reject, Err(NoSuchConnection),        Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Rejected, Recipient), Reject, Err(AlreadyAnswered(Rejected)), Err(AlreadyAnswered(Rejected)), Err(NotYours)),
            (Nothing,                 End, Err(NoSuchConnection),           Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Pending, Initiator),  End, Ok(Gone),                        Ok(Gone),                        Ok(Gone)),
            (As(Pending, Recipient),  End, Ok(Gone),                        Ok(Gone),                        Err(NotYours)),
            (As(Accepted, Initiator), End, Ok(Gone),                        Ok(Gone),                        Ok(Gone)),
            (As(Accepted, Recipient), End, Ok(Gone),                        Ok(Gone),                        Err(NotYours)),
            (As(Rejected, Initiator), End, Err(NoSuchConnection),           Err(NoSuchConnection),           Err(NoSuchConnection)),
            (As(Rejected, Recipient), End, Ok(Gone),                        Ok(Gone),                        Err(NotYours)),
        ];
        assert_eq!(table.len(), helds().len() * Action::VARIANTS.len(), "a cell is missing");
        for (held, action, follow, friend, block) in table {
            for (kind, expected) in [(Follow, follow), (Friend, friend), (Block, block)] {
                assert_eq!(open(kind, held, action), expected, "{kind:?} {held:?} {action:?}");
            }
        }
    }

    #[test]
    fn who_is_blocked_finds_nobody_there() {
        for kind in Kind::VARIANTS {
            for held in helds() {
                for action in Action::VARIANTS {
                    if held == Held::As(Status::Rejected, Side::Recipient) && *action != Action::Ask {
                        continue;
                    }
                    let refusal = step(*kind, held, *action, Standing::BlockedByThem, false, None);
                    let asks = *action == Action::Ask;
                    let expected = if asks { Refusal::NoSuchUser } else { Refusal::NoSuchConnection };
                    assert_eq!(refusal, Err(expected));
                }
            }
        }
    }

    #[test]
    fn who_blocked_must_unblock_before_anything_else_begins() {
        for held in helds() {
            for action in [Action::Ask, Action::Accept, Action::Reject] {
                for kind in [Kind::Follow, Kind::Friend] {
                    let refusal = step(kind, held, action, Standing::BlockedByYou, false, None);
                    assert_eq!(refusal, Err(Refusal::BlockedByYou));
                }
            }
        }
        let held = Held::As(Status::Accepted, Side::Initiator);
        assert_eq!(step(Kind::Block, held, Action::End, Standing::BlockedByYou, false, None), Ok(Outcome::Gone));
    }

    #[test]
    fn a_follow_of_a_private_account_waits() {
        let ask = |kind, private| step(kind, Held::Nothing, Action::Ask, Standing::Open, private, None);
        assert_eq!(ask(Kind::Follow, true), Ok(Outcome::Begin(Status::Pending)));
        assert_eq!(ask(Kind::Block, true), Ok(Outcome::Begin(Status::Accepted)));
    }

    #[test]
    fn a_cooldown_counts_every_second_that_has_begun_and_ends_on_time() {
        let again_at = DateTime::UNIX_EPOCH + TimeDelta::days(7);
        let left = |now| Cooldown::until(again_at, now).map(|cooldown| cooldown.retry_after);
        assert_eq!(left(DateTime::UNIX_EPOCH), Some(604_800));
        assert_eq!(left(again_at - TimeDelta::milliseconds(1_500)), Some(2));
        assert_eq!(left(again_at - TimeDelta::microseconds(1)), Some(1));
        assert_eq!(left(again_at), None);
        assert_eq!(left(again_at + TimeDelta::seconds(1)), None);
    }

    #[test]
    fn a_rejected_asker_waits_and_the_rejecter_does_not() {
        let cooldown = Cooldown { again_at: DateTime::UNIX_EPOCH, retry_after: 1 };
        let ask = |kind, side| {
            let held = Held::As(Status::Rejected, side);
            step(kind, held, Action::Ask, Standing::Open, true, Some(cooldown))
        };
        assert_eq!(ask(Kind::Friend, Side::Initiator), Err(Refusal::Cooldown(cooldown)));
        assert_eq!(ask(Kind::Follow, Side::Initiator), Err(Refusal::Cooldown(cooldown)));
        assert_eq!(ask(Kind::Friend, Side::Recipient), Ok(Outcome::BeginAnew(Status::Pending)));
        let held = Held::As(Status::Rejected, Side::Initiator);
        let gone_public = step(Kind::Follow, held, Action::Ask, Standing::Open, false, Some(cooldown));
        assert_eq!(gone_public, Ok(Outcome::BeginAnew(Status::Accepted)));
    }

    #[test]
    fn private_or_not_matters_to_a_new_follow_alone() {
        for kind in Kind::VARIANTS {
            for held in helds() {
                for action in Action::VARIANTS {
                    for standing in STANDINGS {
                        let [public, private] =
                            [false, true].map(|private| step(*kind, held, *action, standing, private, None));
                        let begins_a_follow = *kind == Kind::Follow && *action == Action::Ask && public.is_ok();
                        assert_eq!(public != private, begins_a_follow, "{kind:?} {held:?} {action:?} {standing:?}");
                    }
                }
            }
        }
    }
}
