//! [`ConnectionQueries`] on Diesel.

use std::collections::BTreeSet;

use astegni_domain::RepositoryError;
use astegni_domain::connections::{Connection, ConnectionFilter, ConnectionQueries, Counters, Viewer, own_states};
use astegni_domain::ids::UserId;
use astegni_domain::page::{Page, PageRequest};
use async_trait::async_trait;

use super::between::between;
use super::scan::{self, List};
use super::{counters, search};
use crate::Database;
use crate::database::MAX_CALLS;

#[async_trait]
impl ConnectionQueries for Database {
    async fn list(
        &self,
        viewer: UserId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        let page = match &filter.search {
            Some(text) => search::page(self, viewer, own_states(&filter), text, page).await?,
            None => scan::page(self, List::Own(viewer), &filter, page).await?,
        };
        Ok(page)
    }

    async fn public_list(
        &self,
        owner: UserId,
        viewer: Viewer,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        Ok(scan::page(self, List::Public { owner, viewer }, &filter, page).await?)
    }

    async fn between(&self, viewer: UserId, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError> {
        if let [other] = *others {
            return Ok(self.connections_between(viewer, other).await?);
        }
        let found = self.read(move |conn| {
            let others: BTreeSet<UserId> = others.into_iter().collect();
            let pairs: Vec<(UserId, UserId)> = others.into_iter().map(|other| (viewer, other)).collect();
            let mut found = Vec::new();
            for pairs in pairs.chunks(MAX_CALLS) {
                for connections in between(conn, pairs)? {
                    found.extend(connections?);
                }
            }
            found.sort_by_key(|connection| connection.edge.id);
            Ok(found)
        });
        Ok(found.await?)
    }

    async fn counters(&self, viewer: UserId) -> Result<Counters, RepositoryError> {
        Ok(counters::own(self, viewer).await?)
    }

    async fn public_counters(&self, owner: UserId, viewer: Viewer) -> Result<Counters, RepositoryError> {
        Ok(counters::public(self, owner, viewer).await?)
    }
}
