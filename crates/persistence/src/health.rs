//! [`HealthProbe`] on Diesel.

use astegni_domain::health::HealthProbe;
use async_trait::async_trait;

use crate::Database;

#[async_trait]
impl HealthProbe for Database {
    async fn is_reachable(&self) -> bool {
        self.probe().await.inspect_err(|error| tracing::warn!(%error, "the database cannot be reached")).is_ok()
    }
}
