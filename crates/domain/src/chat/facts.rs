//! Facts that decisions about a conversation need.

use chrono::{DateTime, Utc};

use super::{Contact, ConversationKind, ParticipantRole};
use crate::events::Audience;
use crate::ids::{ConversationId, UserId};

/// A participant as the rules see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the user and the role need no further words")]
pub struct Member {
    pub user: UserId,
    pub role: ParticipantRole,
    /// The instant of joining.
    pub joined_at: DateTime<Utc>,
    /// Whether the participant has written in the conversation, if it is direct. In a group it decides nothing.
    pub has_written: bool,
    /// Whether the user has a tutor profile.
    pub is_tutor: bool,
    /// Whether the user has a student profile.
    pub is_student: bool,
}

/// A conversation as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationFacts {
    /// The conversation.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The participants by ascending user id.
    pub members: Vec<Member>,
    /// The other participant of a direct conversation.
    pub other: Option<Contact>,
}

impl ConversationFacts {
    /// Returns a participant.
    pub fn member(&self, user: UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.user == user)
    }

    /// Returns the participants, and the guardians who may read along.
    pub fn audience(&self) -> Audience {
        let everyone = Audience::of(self.members.iter().map(|member| member.user));
        everyone.with_guardians_of(supervised(self.kind, &self.members))
    }
}

/// Returns the participants whose guardians may read a conversation: students in a direct conversation with a tutor.
pub fn supervised(kind: ConversationKind, members: &[Member]) -> Vec<UserId> {
    match (kind, members) {
        (ConversationKind::Direct, [one, other]) => {
            let with_tutor = |student: &Member, tutor: &Member| student.is_student && tutor.is_tutor;
            let pairs = [(one, other), (other, one)];
            pairs
                .iter()
                .filter(|(student, tutor)| with_tutor(student, tutor))
                .map(|(student, _)| student.user)
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guardians_read_direct_conversations_of_students_with_tutors_only() {
        let member = |user, is_tutor, is_student| Member {
            user: UserId::new(user),
            role: ParticipantRole::Member,
            joined_at: DateTime::UNIX_EPOCH,
            has_written: false,
            is_tutor,
            is_student,
        };
        let (tutor, student, both) = (member(1, true, false), member(2, false, true), member(3, true, true));
        let of = |kind, members: &[Member]| supervised(kind, members).iter().map(|user| user.get()).collect::<Vec<_>>();
        assert_eq!(of(ConversationKind::Direct, &[tutor, student]), [2]);
        assert_eq!(of(ConversationKind::Direct, &[student, tutor]), [2]);
        assert_eq!(of(ConversationKind::Direct, &[student, student]), [0; 0]);
        assert_eq!(of(ConversationKind::Direct, &[both, both]), [3, 3]);
        assert_eq!(of(ConversationKind::Direct, &[both, student]), [2]);
        assert_eq!(of(ConversationKind::Group, &[tutor, student]), [0; 0]);
    }
}
