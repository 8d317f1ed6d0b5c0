//! [`ConnectionRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{ConnectionRepository, Edge, Pair, RelationPlan};
use astegni_domain::ids::{ConnectionId, UserId};
use async_trait::async_trait;
use diesel::prelude::*;

use super::relations::{self, EdgeRow};
use crate::Database;
use crate::schema::connections;

#[async_trait]
impl ConnectionRepository for Database {
    async fn pair(&self, actor: UserId, other: UserId) -> Result<Option<Pair>, RepositoryError> {
        Ok(self.read(move |conn| relations::pair(conn, actor, other)).await?)
    }

    async fn find(&self, id: ConnectionId) -> Result<Option<Edge>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<EdgeRow> =
                    connections::table.find(id.get()).select(EdgeRow::as_select()).first(conn).optional()?;
                row.as_ref().map(relations::edge).transpose()
            })
            .await?)
    }

    async fn apply(&self, plan: RelationPlan) -> Result<Option<ConnectionId>, RepositoryError> {
        Ok(self.write(move |conn| relations::apply(conn, &plan)).await?)
    }
}
