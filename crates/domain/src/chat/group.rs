//! Direct conversations and groups: their creation and their participants.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    ChatRefusal, Contact, ConversationFacts, ConversationKind, Member, NoticeKind, ParticipantRole, Unreachable,
};
use crate::events::{Audience, Event, EventKind, Subject};
use crate::ids::{ConversationId, MessageId, UserId};
use crate::validation::{Invalid, Violations};

/// The largest number of participants of a group.
pub const MAX_PARTICIPANTS: usize = 100;

/// A notice in a group, in the name of the user who caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupNotice {
    /// The kind of the change.
    pub kind: NoticeKind,
    /// The participants concerned.
    pub users: Vec<UserId>,
    /// The text of the message.
    pub content: String,
}

/// A direct conversation to be created. The write guards `contact`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectPlan {
    /// The user who begins the conversation.
    pub creator: UserId,
    /// The other participant.
    pub contact: Contact,
    /// The instant of creation.
    pub at: DateTime<Utc>,
}

impl DirectPlan {
    /// Returns the events of the creation.
    pub fn events(&self, conversation: ConversationId) -> Vec<Event> {
        vec![changed(conversation, Audience::of([self.creator, self.contact.user]), self.creator, self.at)]
    }
}

/// Decides whether a direct conversation is begun.
pub fn plan_direct(creator: UserId, contact: Contact, now: DateTime<Utc>) -> Result<DirectPlan, ChatRefusal> {
    contact.check_admitted().map_err(ChatRefusal::Unreachable)?;
    Ok(DirectPlan { creator, contact, at: now })
}

/// A group to be created. The write guards `contacts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCreationPlan {
    /// The user who creates the group, and its first admin.
    pub creator: UserId,
    /// The name of the group.
    pub name: String,
    /// The other participants.
    pub contacts: Vec<Contact>,
    /// The first message.
    pub notice: GroupNotice,
    /// The instant of creation.
    pub at: DateTime<Utc>,
}

impl GroupCreationPlan {
    /// Returns the events of the creation.
    pub fn events(&self, conversation: ConversationId, notice: MessageId) -> Vec<Event> {
        let audience = Audience::of(self.contacts.iter().map(|contact| contact.user).chain([self.creator]));
        vec![
            changed(conversation, audience.clone(), self.creator, self.at),
            Event::of_message(EventKind::MessageSent, (conversation, notice), self.creator, audience, self.at),
        ]
    }
}

/// Decides whether a group is created.
pub fn plan_group(
    creator: UserId,
    name: String,
    contacts: Vec<Contact>,
    now: DateTime<Utc>,
) -> Result<GroupCreationPlan, ChatRefusal> {
    let contacts = joining(contacts, MAX_PARTICIPANTS - 1, |user| user == creator)?;
    let users = contacts.iter().map(|contact| contact.user).collect();
    let notice = GroupNotice { kind: NoticeKind::GroupCreated, users, content: "Group created".to_owned() };
    Ok(GroupCreationPlan { creator, name, contacts, notice, at: now })
}

/// Returns those of the given users who join a group with some room: each of them once, and none who participates already.
/// Errors name the places of users in the given list.
fn joining(
    given: Vec<Contact>,
    room: usize,
    participates: impl Fn(UserId) -> bool,
) -> Result<Vec<Contact>, ChatRefusal> {
    let mut violations = Violations::new();
    let mut users = BTreeSet::new();
    let mut joining = Vec::new();
    for (place, contact) in given.into_iter().enumerate() {
        if participates(contact.user) || !users.insert(contact.user) {
            continue;
        }
        match contact.check_admitted() {
            Ok(()) => joining.push(contact),
            Err(unreachable) => violations.add(format!("participant_user_ids.{place}"), reason(unreachable)),
        }
    }
    if users.len() > room {
        let reason =
            Invalid::new("too_many", format!("must not bring the group above {MAX_PARTICIPANTS} participants"));
        violations.add("participant_user_ids", reason);
    }
    if violations.is_empty() { Ok(joining) } else { Err(ChatRefusal::Invalid(violations)) }
}

fn reason(unreachable: Unreachable) -> Invalid {
    match unreachable {
        Unreachable::BlockedByYou => Invalid::new("blocked_by_you", "must not be a user whom you have blocked"),
        Unreachable::NotFound | Unreachable::NotAdmitted => {
            Invalid::new("unreachable", "must be a user who accepts messages from you")
        }
    }
}

/// A change of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    /// An admin gives the group another name.
    Rename(String),
    /// An admin adds users; those who participate already are ignored.
    Add(Vec<Contact>),
    /// An admin removes a participant, or a participant leaves.
    Remove(UserId),
}

/// The resulting state of a change of a group. The write guards `seen` and `adds`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPlan {
    /// The group as the decision saw it.
    pub seen: ConversationFacts,
    /// The user who makes the change.
    pub actor: UserId,
    /// The new name.
    pub name: Option<String>,
    /// The users who join.
    pub adds: Vec<Contact>,
    /// The participant who leaves.
    pub removes: Option<UserId>,
    /// The participant who becomes an admin.
    pub promotes: Option<UserId>,
    /// The messages about the change.
    pub notices: Vec<GroupNotice>,
    /// The instant of the change.
    pub at: DateTime<Utc>,
}

impl GroupPlan {
    /// Returns the events of the change. A participant who leaves learns of that, and of nothing afterwards.
    pub fn events(&self, notices: &[MessageId]) -> Vec<Event> {
        let before = self.seen.members.iter().map(|member| member.user);
        let concerned = Audience::of(before.chain(self.adds.iter().map(|contact| contact.user)));
        let remaining = match self.removes {
            Some(user) => concerned.clone().without(user),
            None => concerned.clone(),
        };
        let changed = changed(self.seen.id, concerned, self.actor, self.at);
        let sent = notices.iter().map(|notice| {
            Event::of_message(EventKind::MessageSent, (self.seen.id, *notice), self.actor, remaining.clone(), self.at)
        });
        [changed].into_iter().chain(sent).collect()
    }
}

fn changed(conversation: ConversationId, audience: Audience, actor: UserId, at: DateTime<Utc>) -> Event {
    Event {
        kind: EventKind::ConversationChanged,
        subject: Subject::Conversation { conversation },
        actor: Some(actor),
        audience,
        at,
    }
}

/// Decides on a change of a group; `None` if it makes no difference.
///
/// The longest-standing participant becomes admin when the last admin leaves.
pub fn plan_group_change(
    actor: UserId,
    seen: ConversationFacts,
    change: GroupChange,
    now: DateTime<Utc>,
) -> Result<Option<GroupPlan>, ChatRefusal> {
    let role = seen.member(actor).ok_or(ChatRefusal::NotAParticipant)?.role;
    if seen.kind != ConversationKind::Group {
        return Err(ChatRefusal::NotAGroup);
    }
    let leaves = matches!(change, GroupChange::Remove(user) if user == actor);
    if role != ParticipantRole::Admin && !leaves {
        return Err(ChatRefusal::AdminOnly);
    }
    let mut plan = GroupPlan {
        seen,
        actor,
        name: None,
        adds: Vec::new(),
        removes: None,
        promotes: None,
        notices: Vec::new(),
        at: now,
    };
    match change {
        GroupChange::Rename(name) => {
            let content = format!("Group renamed to {name}");
            plan.notices.push(GroupNotice { kind: NoticeKind::GroupRenamed, users: Vec::new(), content });
            plan.name = Some(name);
        }
        GroupChange::Add(contacts) => {
            let room = MAX_PARTICIPANTS.saturating_sub(plan.seen.members.len());
            plan.adds = joining(contacts, room, |user| plan.seen.member(user).is_some())?;
            if plan.adds.is_empty() {
                return Ok(None);
            }
            let users = plan.adds.iter().map(|contact| contact.user).collect();
            let content = "Participants added".to_owned();
            plan.notices.push(GroupNotice { kind: NoticeKind::ParticipantsAdded, users, content });
        }
        GroupChange::Remove(user) => {
            if plan.seen.member(user).is_none() {
                return Ok(None);
            }
            let (kind, content) = if leaves {
                (NoticeKind::ParticipantLeft, "Participant left")
            } else {
                (NoticeKind::ParticipantRemoved, "Participant removed")
            };
            plan.notices.push(GroupNotice { kind, users: vec![user], content: content.to_owned() });
            plan.promotes = successor(&plan.seen.members, user);
            if let Some(admin) = plan.promotes {
                let (kind, content) = (NoticeKind::AdminAppointed, "Admin appointed".to_owned());
                plan.notices.push(GroupNotice { kind, users: vec![admin], content });
            }
            plan.removes = Some(user);
        }
    }
    if plan.removes.is_some() && plan.seen.members.len() == 1 {
        // A notice would have no readers.
        plan.notices.clear();
    }
    Ok(Some(plan))
}

/// Returns the participant who becomes admin when `leaving` leaves a group without one.
fn successor(members: &[Member], leaving: UserId) -> Option<UserId> {
    let remaining = || members.iter().filter(|member| member.user != leaving);
    if remaining().any(|member| member.role == ParticipantRole::Admin) {
        return None;
    }
    remaining().min_by_key(|member| (member.joined_at, member.user)).map(|member| member.user)
}

#[cfg(test)]
mod tests;
