//! The health check.

use astegni_domain::health::HealthProbe;
use async_trait::async_trait;

use crate::Database;

#[async_trait]
impl HealthProbe for Database {
    async fn is_reachable(&self) -> bool {
        let answer = self.ping().await;
        answer.inspect_err(|error| tracing::warn!(%error, "the database does not answer")).is_ok()
    }
}
