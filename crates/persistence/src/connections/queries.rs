//! [`ConnectionQueries`] on Diesel: scans of both sides, put together.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{
    Connection, ConnectionFilter, ConnectionQueries, Counters, Viewer, own_states, public_states,
};
use astegni_domain::ids::{ConnectionId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use async_trait::async_trait;

use super::facts::edge;
use super::scan::{Audience, ConnectionRow, ConnectionScan};
use super::{counters, people};
use crate::Database;
use crate::columns::instant;
use crate::connection::AnyConnection;
use crate::error::StoreError;

/// Loads the rows of several scans, newest first.
fn merged(conn: &mut AnyConnection, scans: &[ConnectionScan]) -> Result<Vec<ConnectionRow>, StoreError> {
    let mut rows = Vec::new();
    for scan in scans {
        rows.extend(scan.load(conn)?);
    }
    rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.id));
    Ok(rows)
}

/// Adds the participants to rows, as a viewer sees them.
fn with_people(
    conn: &mut AnyConnection,
    viewer: Viewer,
    rows: Vec<ConnectionRow>,
) -> Result<Vec<Connection>, StoreError> {
    let mut ids: Vec<i64> = rows.iter().flat_map(|(row, _)| [row.user_id_1, row.user_id_2]).collect();
    ids.sort_unstable();
    ids.dedup();
    let cards = people::cards(conn, viewer, &ids)?;
    let mut connections = Vec::with_capacity(rows.len());
    for (row, (message, created_at, accepted_at)) in rows {
        let edge = edge(&row)?;
        // The scans leave out hidden users; one who was hidden in the meantime is left out here.
        if let (Some(initiator), Some(recipient)) = (cards.get(&edge.initiator), cards.get(&edge.recipient)) {
            connections.push(Connection {
                edge,
                initiator: initiator.clone(),
                recipient: recipient.clone(),
                message,
                created_at: instant(created_at),
                accepted_at: accepted_at.map(instant),
            });
        }
    }
    Ok(connections)
}

/// Loads a page of several scans, newest first.
fn page_of(
    conn: &mut AnyConnection,
    viewer: Viewer,
    scans: &[ConnectionScan],
    page: PageRequest,
) -> Result<Page<Connection>, StoreError> {
    let rows = merged(conn, scans)?;
    let rows = Page::from_overread(rows, page.size, |(row, _)| Keyset { sort: row.id, id: row.id });
    Ok(Page { items: with_people(conn, viewer, rows.items)?, next: rows.next })
}

/// Returns the scans of a viewer's own connections, both sides.
fn own_scans(viewer: UserId, filter: &ConnectionFilter) -> impl Iterator<Item = ConnectionScan> {
    let id = viewer.get();
    own_states(filter).into_iter().map(move |states| ConnectionScan::new(id, states, Audience::Owner(id)))
}

#[async_trait]
impl ConnectionQueries for Database {
    async fn list(
        &self,
        viewer: UserId,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        let paged = |scan| ConnectionScan {
            search: filter.search.clone(),
            before: page.after.map(|after| after.id),
            limit: Some(page.size.overread()),
            ..scan
        };
        let scans: Vec<_> = own_scans(viewer, &filter).map(paged).flat_map(ConnectionScan::by_status).collect();
        Ok(self.read(move |conn| page_of(conn, Viewer::User(viewer), &scans, page)).await?)
    }

    async fn public_list(
        &self,
        owner: UserId,
        viewer: Viewer,
        filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        let scan = |states| ConnectionScan {
            before: page.after.map(|after| after.id),
            limit: Some(page.size.overread()),
            ..ConnectionScan::new(owner.get(), states, Audience::Public(viewer))
        };
        let scans: Vec<_> = public_states(&filter).into_iter().map(scan).collect();
        Ok(self.read(move |conn| page_of(conn, viewer, &scans, page)).await?)
    }

    async fn find(&self, viewer: UserId, id: ConnectionId) -> Result<Option<Connection>, RepositoryError> {
        let found = self.read(move |conn| {
            let only = |scan| ConnectionScan { id: Some(id.get()), ..scan };
            let scans: Vec<_> = own_scans(viewer, &ConnectionFilter::default()).map(only).collect();
            let rows = merged(conn, &scans)?;
            Ok(with_people(conn, Viewer::User(viewer), rows)?.pop())
        });
        Ok(found.await?)
    }

    async fn between(&self, viewer: UserId, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError> {
        let others: Vec<i64> = others.into_iter().map(UserId::get).collect();
        let between = self.read(move |conn| {
            let with_others = |scan| ConnectionScan { others: Some(others.clone()), ..scan };
            let scans: Vec<_> = own_scans(viewer, &ConnectionFilter::default()).map(with_others).collect();
            let mut rows = merged(conn, &scans)?;
            rows.reverse();
            with_people(conn, Viewer::User(viewer), rows)
        });
        Ok(between.await?)
    }

    async fn counters(&self, viewer: UserId) -> Result<Counters, RepositoryError> {
        Ok(self.read(move |conn| counters::own(conn, viewer)).await?)
    }

    async fn public_counters(&self, owner: UserId, viewer: Viewer) -> Result<Counters, RepositoryError> {
        Ok(self.read(move |conn| counters::public(conn, owner, viewer)).await?)
    }
}
