//! Access to a user's profile: the one rule for what a viewer may see of another user.

use super::{Edge, Kind, Refusal, Standing, Status};
use crate::families::{GuardianshipFacts, GuardianshipStatus};
use crate::ids::UserId;

/// The recipient of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// A caller without an access token.
    Anonymous,
    /// An authenticated caller.
    User(UserId),
}

impl Viewer {
    /// Returns the account of an authenticated viewer.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::User(user) => Some(user),
        }
    }
}

impl From<UserId> for Viewer {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl From<Option<UserId>> for Viewer {
    fn from(user: Option<UserId>) -> Self {
        user.map_or(Self::Anonymous, Self::User)
    }
}

/// The part of a profile that a viewer may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileAccess {
    /// To the viewer, the account does not exist.
    Hidden,
    /// The viewer may know the id, but neither name, picture nor roles.
    Restricted,
    /// The viewer may see the public profile.
    Full,
}

/// The properties of an account that decide who may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectAccount {
    /// The account whose profile is viewed.
    pub id: UserId,
    /// Whether the account has a password. One without belongs to a child in the care of guardians.
    pub has_login: bool,
    /// Whether the owner chooses who sees the profile.
    pub is_private: bool,
}

/// Facts that decide what a viewer may see of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each of which opens a profile by itself")]
pub struct ProfileFacts {
    /// Whether the viewer is the subject.
    pub is_self: bool,
    /// Whether the subject's account has a password.
    pub has_login: bool,
    /// Whether the subject's account is private.
    pub is_private: bool,
    /// Whether the viewer is an active guardian of the subject.
    pub is_ward: bool,
    /// Whether a session request by the subject or for the subject introduces them to the viewer, a tutor. See
    /// [`RequestStatus::introduces`](crate::requests::RequestStatus::introduces).
    pub has_requested_sessions: bool,
    /// Whether the subject has accepted a follow or a friendship of the viewer.
    pub has_accepted_viewer: bool,
    /// Whether the subject has requested a connection with the viewer, or offered the viewer guardianship.
    pub has_contacted_viewer: bool,
    /// Whether the viewer has blocked the subject.
    pub is_blocked: bool,
}

impl ProfileFacts {
    /// Returns the facts about an account that is unrelated to the viewer.
    pub fn of_stranger(has_login: bool, is_private: bool) -> Self {
        Self {
            is_self: false,
            has_login,
            is_private,
            is_ward: false,
            has_requested_sessions: false,
            has_accepted_viewer: false,
            has_contacted_viewer: false,
            is_blocked: false,
        }
    }

    /// Derives the facts about a subject from connections and open guardianships, which may include those of
    /// other users.
    pub fn derive(
        viewer: UserId,
        subject: SubjectAccount,
        edges: &[Edge],
        guardianships: &[GuardianshipFacts],
        has_requested_sessions: bool,
    ) -> Self {
        let accepts = |edge: &&Edge| match edge.kind {
            Kind::Follow => edge.leads(viewer, subject.id),
            Kind::Friend => edge.leads(viewer, subject.id) || edge.leads(subject.id, viewer),
            Kind::Block => false,
        };
        let guards = |facts: &&GuardianshipFacts, guardian, ward| {
            facts.guardianship.parent == guardian && facts.student_user == ward
        };
        Self {
            is_self: viewer == subject.id,
            has_requested_sessions,
            is_ward: guardianships
                .iter()
                .filter(|facts| guards(facts, viewer, subject.id))
                .any(|facts| facts.guardianship.status == GuardianshipStatus::Active),
            has_accepted_viewer: edges.iter().filter(accepts).any(|edge| edge.status == Status::Accepted),
            has_contacted_viewer: edges.iter().any(|edge| edge.kind != Kind::Block && edge.leads(subject.id, viewer))
                || guardianships.iter().any(|facts| guards(&facts, subject.id, viewer)),
            is_blocked: edges.iter().any(|edge| edge.kind == Kind::Block && edge.leads(viewer, subject.id)),
            ..Self::of_stranger(subject.has_login, subject.is_private)
        }
    }

    /// Decides what the viewer may see.
    ///
    /// A child without a login is visible to the child's guardians and tutors only; a former guardian who has blocked
    /// the child sees the block, and can lift it. A private account is restricted for everyone except users that its
    /// owner has accepted or contacted.
    pub fn access(&self) -> ProfileAccess {
        let cares = self.is_ward || self.has_requested_sessions;
        let trusted = cares || self.has_accepted_viewer || self.has_contacted_viewer;
        if self.is_self {
            ProfileAccess::Full
        } else if !self.has_login {
            match (cares, self.is_blocked) {
                (true, _) => ProfileAccess::Full,
                (false, true) => ProfileAccess::Restricted,
                (false, false) => ProfileAccess::Hidden,
            }
        } else if !self.is_private || trusted {
            ProfileAccess::Full
        } else {
            ProfileAccess::Restricted
        }
    }

    /// Returns whether the viewer may list the subject's connections: of a private account, only the owner and
    /// users that the owner has accepted may.
    pub fn shows_connections(&self) -> bool {
        let is_open = !self.has_login || !self.is_private || self.is_self || self.has_accepted_viewer;
        is_open && self.access() == ProfileAccess::Full
    }

    /// Returns whether a follow of the subject waits for an answer. A child without a login cannot answer, and
    /// nobody follows a child without consent.
    pub fn needs_consent(&self) -> bool {
        self.is_private || !self.has_login
    }
}

/// The facts that decide whether a viewer may reach a subject at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// The blocks between the two.
    pub standing: Standing,
    /// The facts about the subject's profile.
    pub profile: ProfileFacts,
}

impl Relation {
    /// Fails if the subject is hidden from the viewer, or if one has blocked the other.
    pub fn check(&self) -> Result<(), Refusal> {
        match (self.profile.access(), self.standing) {
            (ProfileAccess::Hidden, _) | (_, Standing::BlockedByThem) => Err(Refusal::UserNotFound),
            (_, Standing::BlockedByYou) => Err(Refusal::BlockedByYou),
            (_, Standing::Open) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
