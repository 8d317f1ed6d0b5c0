//! [`ConnectionQueries`] on Diesel: what is read from either end, put together.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{Connection, ConnectionFilter, ConnectionQueries, Counters, Direction, Kind, Status};
use astegni_domain::ids::{ConnectionId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use async_trait::async_trait;
use diesel::prelude::*;

use super::ends::{ConnectionColumns, End, Narrow, connection_of, load};
use super::relations::EdgeRow;
use crate::Database;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connection_counters, connections, users};

/// What a user may know of a list of their own, from one end of it.
fn knowable(end: End, filter: &ConnectionFilter) -> (Vec<Kind>, Vec<Status>) {
    let kinds: &[Kind] = match end {
        End::Initiator => &[Kind::Follow, Kind::Friend, Kind::Block],
        End::Recipient => &[Kind::Follow, Kind::Friend],
    };
    let statuses: &[Status] = match end {
        End::Initiator => &[Status::Pending, Status::Accepted],
        End::Recipient => &[Status::Pending, Status::Accepted, Status::Rejected],
    };
    let wanted_kind = |kind: &Kind| filter.kind.is_none_or(|wanted| wanted == *kind);
    let wanted_status = |status: &Status| filter.status.is_none_or(|wanted| wanted == *status);
    (kinds.iter().copied().filter(wanted_kind).collect(), statuses.iter().copied().filter(wanted_status).collect())
}

/// The first rows of several ends together, the newest first.
fn merged(conn: &mut AnyConnection, ends: &[Narrow], page: PageRequest) -> Result<Page<Connection>, StoreError> {
    let mut found = Vec::new();
    for end in ends {
        found.extend(load(conn, end)?);
    }
    found.sort_by_key(|connection| std::cmp::Reverse(connection.edge.id));
    found.dedup_by_key(|connection| connection.edge.id);
    Ok(Page::from_overread(found, page.size, |connection| {
        let id = connection.edge.id.get();
        Keyset { sort: id, id }
    }))
}

#[async_trait]
impl ConnectionQueries for Database {
    async fn list(
        &self,
        viewer: UserId,
        mut filter: ConnectionFilter,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        let ends: &[End] = match filter.direction {
            Direction::Following | Direction::Outgoing => &[End::Initiator],
            Direction::Followers | Direction::Incoming => &[End::Recipient],
            Direction::All => &[End::Initiator, End::Recipient],
        };
        if matches!(filter.direction, Direction::Following | Direction::Followers) {
            if filter.kind.is_some_and(|kind| kind != Kind::Follow) {
                return Ok(Page { items: Vec::new(), next: None });
            }
            filter.kind = Some(Kind::Follow);
        }
        let narrow = |end: &End| {
            let (kinds, statuses) = knowable(*end, &filter);
            Narrow {
                whose: viewer.get(),
                end: *end,
                kinds,
                statuses,
                search: filter.search.clone(),
                viewer: Some(viewer.get()),
                others: None,
                after: page.after.map(|after| after.id),
                limit: Some(page.size.overread()),
            }
        };
        let ends: Vec<Narrow> = ends.iter().map(narrow).flat_map(Narrow::by_status).collect();
        Ok(self.read(move |conn| merged(conn, &ends, page)).await?)
    }

    async fn public_list(
        &self,
        owner: UserId,
        viewer: Option<UserId>,
        kind: Option<Kind>,
        page: PageRequest,
    ) -> Result<Page<Connection>, RepositoryError> {
        let kinds: Vec<Kind> = [Kind::Follow, Kind::Friend]
            .into_iter()
            .filter(|public| kind.is_none_or(|wanted| wanted == *public))
            .collect();
        let narrow = |end| Narrow {
            whose: owner.get(),
            end,
            kinds: kinds.clone(),
            statuses: vec![Status::Accepted],
            search: None,
            viewer: viewer.map(UserId::get),
            others: None,
            after: page.after.map(|after| after.id),
            limit: Some(page.size.overread()),
        };
        let ends = [narrow(End::Initiator), narrow(End::Recipient)];
        Ok(self.read(move |conn| merged(conn, &ends, page)).await?)
    }

    async fn one(&self, id: ConnectionId) -> Result<Option<Connection>, RepositoryError> {
        let found = self.read(move |conn| {
            let (initiators, recipients) = diesel::alias!(users as initiators, users as recipients);
            let row: Option<ConnectionColumns> = connections::table
                .inner_join(initiators.on(initiators.field(users::id).eq(connections::user_id_1)))
                .inner_join(recipients.on(recipients.field(users::id).eq(connections::user_id_2)))
                .filter(connections::id.eq(id.get()))
                .select((
                    EdgeRow::as_select(),
                    (connections::connection_message, connections::created_at, connections::accepted_at),
                    initiators.fields((users::id, users::display_name, users::profile_picture, users::roles)),
                    recipients.fields((users::id, users::display_name, users::profile_picture, users::roles)),
                ))
                .first(conn)
                .optional()?;
            row.map(connection_of).transpose()
        });
        Ok(found.await?)
    }

    async fn between(&self, viewer: UserId, others: Vec<UserId>) -> Result<Vec<Connection>, RepositoryError> {
        let others: Vec<i64> = others.into_iter().map(UserId::get).collect();
        let narrow = |end| {
            let (kinds, statuses) = knowable(end, &ConnectionFilter::default());
            Narrow {
                whose: viewer.get(),
                end,
                kinds,
                statuses,
                search: None,
                viewer: Some(viewer.get()),
                others: Some(others.clone()),
                after: None,
                limit: None,
            }
        };
        let ends = [narrow(End::Initiator), narrow(End::Recipient)];
        Ok(self
            .read(move |conn| {
                let mut found = Vec::new();
                for end in &ends {
                    found.extend(load(conn, end)?);
                }
                found.sort_by_key(|connection| connection.edge.id);
                found.dedup_by_key(|connection| connection.edge.id);
                Ok(found)
            })
            .await?)
    }

    async fn counters(&self, user: UserId) -> Result<Counters, RepositoryError> {
        type Row = (i64, i64, i64, i64, i64, i64);
        let row: Option<Row> = self
            .read(move |conn| {
                use connection_counters as counters;
                Ok(counters::table
                    .find(user.get())
                    .select((
                        counters::followers_count,
                        counters::following_count,
                        counters::friends_count,
                        counters::pending_received_count,
                        counters::pending_sent_count,
                        counters::blocked_count,
                    ))
                    .first(conn)
                    .optional()?)
            })
            .await?;
        let (followers, following, friends, pending_received, pending_sent, blocked) = row.unwrap_or_default();
        Ok(Counters { followers, following, friends, pending_received, pending_sent, blocked })
    }
}
