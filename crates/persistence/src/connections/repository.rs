//! [`ConnectionRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{ConnectionRepository, Edge, Pair, Relation, RelationPlan, Viewer};
use astegni_domain::ids::{ConnectionId, UserId};
use async_trait::async_trait;
use diesel::prelude::*;

use super::facts::{self, EdgeRow};
use super::writes;
use crate::Database;
use crate::schema::connections;

#[async_trait]
impl ConnectionRepository for Database {
    async fn pair(&self, actor: UserId, other: UserId) -> Result<Option<Pair>, RepositoryError> {
        Ok(self.read(move |conn| facts::pair(conn, actor, other)).await?)
    }

    async fn relation(&self, viewer: Viewer, subject: UserId) -> Result<Option<Relation>, RepositoryError> {
        Ok(self.read(move |conn| facts::relation(conn, viewer, subject)).await?)
    }

    async fn find(&self, id: ConnectionId) -> Result<Option<Edge>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<EdgeRow> =
                    connections::table.find(id.get()).select(EdgeRow::as_select()).first(conn).optional()?;
                row.as_ref().map(facts::edge).transpose()
            })
            .await?)
    }

    async fn apply(&self, plan: RelationPlan) -> Result<Option<ConnectionId>, RepositoryError> {
        Ok(self.write(move |conn| writes::apply(conn, &plan)).await?)
    }
}
