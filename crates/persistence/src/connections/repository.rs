//! [`ConnectionRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{ConnectionRepository, Edge, Pair, Relation, RelationPlan, Viewer};
use astegni_domain::ids::{ConnectionId, UserId};
use async_trait::async_trait;
use diesel::prelude::*;

use super::rows::EdgeRow;
use super::{facts, writes};
use crate::Database;
use crate::schema::connections;

#[async_trait]
impl ConnectionRepository for Database {
    async fn pair(&self, actor: UserId, other: UserId) -> Result<Option<Pair>, RepositoryError> {
        Ok(self.connections_pair(actor, other).await?)
    }

    async fn relation(&self, viewer: Viewer, subject: UserId) -> Result<Option<Relation>, RepositoryError> {
        let Some(viewer) = viewer.user() else {
            return Ok(self.read(move |conn| facts::public_relation(conn, subject)).await?);
        };
        let pair = self.connections_pair(viewer, subject).await?;
        Ok(pair.map(|pair| Relation { standing: pair.standing(), profile: pair.profile }))
    }

    async fn find(&self, id: ConnectionId) -> Result<Option<Edge>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<EdgeRow> =
                    connections::table.find(id.get()).select(EdgeRow::as_select()).first(conn).optional()?;
                row.as_ref().map(EdgeRow::edge).transpose()
            })
            .await?)
    }

    async fn apply(&self, plan: RelationPlan) -> Result<Option<ConnectionId>, RepositoryError> {
        if plan.ends.is_empty() && !plan.expires_requests {
            return Ok(self.apply_relation(plan).await?);
        }
        Ok(self.write(move |conn| writes::apply(conn, &plan)).await?)
    }
}
