//! Rules on what has been read.

use chrono::{DateTime, Utc};

use super::{ChatRefusal, ConversationFacts};
use crate::events::{Audience, Event, EventKind, Subject};
use crate::ids::UserId;

/// Facts that [`plan_reading`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingFacts {
    /// The conversation.
    pub conversation: ConversationFacts,
    /// The place of the message that was read; `None` if it is not one of this conversation's.
    pub seq: Option<i64>,
    /// Whether the reader's settings let others know.
    pub read_receipts: bool,
}

/// A new place up to which a participant has read a conversation. The write moves the marker forward only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingPlan {
    /// The conversation as the decision saw it.
    pub seen: ConversationFacts,
    /// The participant.
    pub reader: UserId,
    /// The place of the last message read.
    pub seq: i64,
    /// Whether the other participants are told.
    pub is_shown: bool,
    /// The instant of reading.
    pub at: DateTime<Utc>,
}

impl ReadingPlan {
    /// Returns the events of the new place. The reader's own devices are always told.
    pub fn events(&self) -> Vec<Event> {
        let own = Audience::one(self.reader);
        let members = self.seen.members.iter().map(|member| member.user);
        let audience = if self.is_shown { Audience::of(members) } else { own };
        let subject = Subject::ReadMarker { conversation: self.seen.id, reader: self.reader, last_read_seq: self.seq };
        vec![Event { kind: EventKind::MessageRead, subject, actor: Some(self.reader), audience, at: self.at }]
    }
}

/// Decides on a new read marker. Across a block, no receipt is given.
pub fn plan_reading(reader: UserId, facts: ReadingFacts, now: DateTime<Utc>) -> Result<ReadingPlan, ChatRefusal> {
    let seen = facts.conversation;
    seen.member(reader).ok_or(ChatRefusal::NotAParticipant)?;
    let seq = facts.seq.ok_or(ChatRefusal::MessageNotFound)?;
    let is_open = seen.other.as_ref().is_none_or(|other| other.check_open().is_ok());
    Ok(ReadingPlan { seen, reader, seq, is_shown: facts.read_receipts && is_open, at: now })
}

/// Facts that decide whether a message counts as unread for a participant of its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadFacts {
    /// The place of the message.
    pub seq: i64,
    /// The sender of the message.
    pub sender: UserId,
    /// Whether the message is a tombstone.
    pub is_deleted: bool,
    /// The place of the last message that the participant has read.
    pub last_read_seq: i64,
}

impl UnreadFacts {
    /// Returns whether the message counts as unread for `viewer`. One's own messages and tombstones never do.
    pub fn is_unread_for(self, viewer: UserId) -> bool {
        self.seq > self.last_read_seq && self.sender != viewer && !self.is_deleted
    }
}

/// Returns whether all participants other than the viewer have read the message at `seq`, given the lowest place that
/// any of them has read up to; `None` if there are no others.
pub fn is_read(seq: i64, read_by_others: Option<i64>) -> bool {
    read_by_others.is_some_and(|place| place >= seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::fixtures::{CONVERSATION, ME, OTHER, audience, block, contact, direct, group, now, stranger};
    use crate::chat::{Contact, MessagePolicy};

    fn read(conversation: ConversationFacts, read_receipts: bool) -> ReadingPlan {
        plan_reading(ME, ReadingFacts { conversation, seq: Some(4), read_receipts }, now()).unwrap()
    }

    #[test]
    fn only_participants_read_up_to_a_message_of_the_conversation() {
        let seen = direct(stranger(2));
        let facts = |conversation, seq| ReadingFacts { conversation, seq, read_receipts: true };
        let plan = ReadingPlan { seen: seen.clone(), reader: ME, seq: 4, is_shown: true, at: now() };
        assert_eq!(plan_reading(ME, facts(seen.clone(), Some(4)), now()), Ok(plan));
        assert_eq!(plan_reading(ME, facts(seen.clone(), None), now()), Err(ChatRefusal::MessageNotFound));
        for seq in [None, Some(4)] {
            let guardian = plan_reading(UserId::new(7), facts(seen.clone(), seq), now());
            assert_eq!(guardian, Err(ChatRefusal::NotAParticipant));
        }
    }

    #[test]
    fn receipts_are_shown_unless_the_reader_or_a_block_forbids_it() {
        let blocked = |by| direct(contact(OTHER, MessagePolicy::Everyone, vec![block(by)]));
        let reserved = direct(contact(OTHER, MessagePolicy::Nobody, Vec::new()));
        let table = [
            (direct(stranger(2)), true, vec![1, 2]),
            (direct(stranger(2)), false, vec![1]),
            (reserved, true, vec![1, 2]),
            (blocked(ME), true, vec![1]),
            (blocked(OTHER), true, vec![1]),
            (direct(Contact { pair: None, ..stranger(2) }), true, vec![1]),
            (group(&[2], &[1, 3]), true, vec![1, 2, 3]),
            (group(&[2], &[1, 3]), false, vec![1]),
        ];
        for (conversation, read_receipts, told) in table {
            let plan = read(conversation, read_receipts);
            assert_eq!(plan.is_shown, told.len() > 1, "{plan:?}");
            let events = plan.events();
            let [event] = events.as_slice() else { panic!("there are {} events", events.len()) };
            let subject = Subject::ReadMarker { conversation: CONVERSATION, reader: ME, last_read_seq: 4 };
            assert_eq!((event.kind, event.subject), (EventKind::MessageRead, subject));
            assert_eq!((event.actor, event.at), (Some(ME), now()));
            assert_eq!(audience(event), (told, Vec::new()), "guardians leave no receipts and get none");
        }
    }

    #[test]
    fn later_messages_of_others_are_unread_unless_deleted() {
        let viewer = UserId::new(1);
        for (seq, sender, is_deleted, expected) in [
            (4, 2, false, false),
            (5, 2, false, false),
            (6, 2, false, true),
            (6, 1, false, false),
            (6, 2, true, false),
            (6, 1, true, false),
        ] {
            let facts = UnreadFacts { seq, sender: UserId::new(sender), is_deleted, last_read_seq: 5 };
            assert_eq!(facts.is_unread_for(viewer), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_message_is_read_once_every_other_participant_has_read_up_to_it() {
        assert!(!is_read(5, None));
        assert!(!is_read(5, Some(4)));
        assert!(is_read(5, Some(5)));
        assert!(is_read(5, Some(6)));
    }
}
