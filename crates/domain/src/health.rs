//! The port through which operators learn whether the store can be reached.

use async_trait::async_trait;

/// A check of the store behind the repositories.
#[cfg_attr(feature = "test-util", mockall::automock)]
#[async_trait]
pub trait HealthProbe: Send + Sync {
    /// Returns whether the store answers a trivial query. MUST take the same path as any other read, so that an
    /// exhausted pool counts as unreachable, and MUST return `false` rather than wait for the store to come back.
    async fn is_reachable(&self) -> bool;
}
