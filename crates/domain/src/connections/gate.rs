//! The gate that every path towards another user goes through.

use std::sync::Arc;

use super::{ConnectionError, ConnectionRepository, Pair, Refusal, Standing};
use crate::ids::UserId;

/// Lets one user reach another where neither blocked the other.
#[derive(Clone)]
pub struct RelationGate {
    connections: Arc<dyn ConnectionRepository>,
}

impl RelationGate {
    /// A gate over what stands between users.
    pub fn new(connections: Arc<dyn ConnectionRepository>) -> Self {
        Self { connections }
    }

    /// What stands between a viewer and another user. Refused where there is no such user, where the other
    /// blocked the viewer, which looks just the same, and where the viewer blocked the other.
    pub async fn open(&self, viewer: Option<UserId>, other: UserId) -> Result<Pair, ConnectionError> {
        // Nobody in particular has nothing to do with anybody: no user has the id 0.
        let viewer = viewer.unwrap_or(UserId::new(0));
        let pair = self.connections.pair(viewer, other).await?.ok_or(Refusal::NoSuchUser)?;
        match pair.standing() {
            Standing::BlockedByThem => Err(Refusal::NoSuchUser.into()),
            Standing::BlockedByYou => Err(Refusal::BlockedByYou.into()),
            Standing::Open => Ok(pair),
        }
    }
}
