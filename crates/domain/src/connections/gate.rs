//! The gate in front of every path that leads to another user.

use std::sync::Arc;

use super::{ConnectionError, ConnectionRepository, ProfileFacts, Refusal, Viewer};
use crate::ids::UserId;

/// Admits a viewer to another user, unless one has blocked the other or the user is hidden from the viewer.
#[derive(Clone)]
pub struct RelationGate {
    connections: Arc<dyn ConnectionRepository>,
}

impl RelationGate {
    /// Creates a gate over the stored relations.
    pub fn new(connections: Arc<dyn ConnectionRepository>) -> Self {
        Self { connections }
    }

    /// Returns the facts about the subject's profile if the viewer may reach it.
    ///
    /// An account that does not exist, one whose owner has blocked the viewer and a child without a login all
    /// give [`Refusal::UserNotFound`].
    pub async fn open(&self, viewer: impl Into<Viewer>, subject: UserId) -> Result<ProfileFacts, ConnectionError> {
        let relation = self.connections.relation(viewer.into(), subject).await?.ok_or(Refusal::UserNotFound)?;
        relation.check()?;
        Ok(relation.profile)
    }
}
