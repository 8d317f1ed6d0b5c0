//! [`ConnectionQueries`] on Diesel.
//!
//! A list is read from either side along an index of its own and put together: an `OR` over both sides
//! would sort a celebrity's million rows for every page.

use astegni_domain::RepositoryError;
use astegni_domain::connections::{
    Connection, ConnectionFilter, ConnectionQueries, Counters, Direction, Kind, PersonRef, Status,
};
use astegni_domain::ids::{ConnectionId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::text::fold;
use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::relations::{EdgeRow, edge};
use crate::Database;
use crate::accounts::roles;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connection_counters, connections, users};

/// A user's id, name, picture and roles.
type PersonColumns = (i64, String, Option<String>, String);

/// A connection's words and instants.
type DetailColumns = (Option<String>, NaiveDateTime, Option<NaiveDateTime>);

type ConnectionColumns = (EdgeRow, DetailColumns, PersonColumns, PersonColumns);

fn person((id, name, profile_picture, role_words): PersonColumns) -> Result<PersonRef, StoreError> {
    Ok(PersonRef { id: UserId::new(id), name, profile_picture, roles: roles(&role_words)? })
}

fn connection_of((row, details, initiator, recipient): ConnectionColumns) -> Result<Connection, StoreError> {
    let (message, created_at, accepted_at) = details;
    Ok(Connection {
        edge: edge(&row)?,
        initiator: person(initiator)?,
        recipient: person(recipient)?,
        message,
        created_at: instant(created_at),
        accepted_at: accepted_at.map(instant),
    })
}

/// From which end a list is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Initiator,
    Recipient,
}

/// Whose connections, and which of them.
#[derive(Clone)]
struct Narrow {
    whose: i64,
    end: End,
    kinds: Vec<Kind>,
    statuses: Vec<Status>,
    search: Option<String>,
    /// Whose blocks, given or received, hide people.
    viewer: Option<i64>,
    /// Only with these.
    others: Option<Vec<i64>>,
    after: Option<i64>,
    /// The newest so many; none for all, in no order.
    limit: Option<i64>,
}

impl Narrow {
    /// The same, one status at a time where it is of one kind: each along an index that holds nothing else, so
    /// that a rare status is found as fast among a million rows as among ten.
    fn by_status(self) -> Vec<Self> {
        if self.kinds.len() != 1 {
            return vec![self];
        }
        let of_status = |status: &Status| Self { statuses: vec![*status], ..self.clone() };
        self.statuses.iter().map(of_status).collect()
    }
}

fn load(connection: &mut AnyConnection, narrow: &Narrow) -> Result<Vec<Connection>, StoreError> {
    if narrow.kinds.is_empty() || narrow.statuses.is_empty() {
        return Ok(Vec::new());
    }
    let (initiators, recipients) = diesel::alias!(users as initiators, users as recipients);
    let blocks = diesel::alias!(connections as blocks);
    let mut query = connections::table
        .inner_join(initiators.on(initiators.field(users::id).eq(connections::user_id_1)))
        .inner_join(recipients.on(recipients.field(users::id).eq(connections::user_id_2)))
        .select((
            EdgeRow::as_select(),
            (connections::connection_message, connections::created_at, connections::accepted_at),
            initiators.fields((users::id, users::display_name, users::profile_picture, users::roles)),
            recipients.fields((users::id, users::display_name, users::profile_picture, users::roles)),
        ))
        .into_boxed();
    // Without an order where none is needed: it would lead SQLite away from the unique key.
    if let Some(limit) = narrow.limit {
        query = query.order(connections::id.desc()).limit(limit);
    }
    query = match narrow.end {
        End::Initiator => query.filter(connections::user_id_1.eq(narrow.whose)),
        End::Recipient => query.filter(connections::user_id_2.eq(narrow.whose)),
    };
    query = match narrow.kinds.as_slice() {
        [kind] => query.filter(connections::connection_type.eq(kind.as_str())),
        kinds => query.filter(connections::connection_type.eq_any(kinds.iter().map(|kind| kind.as_str()))),
    };
    query = match narrow.statuses.as_slice() {
        [status] => query.filter(connections::status.eq(status.as_str())),
        statuses => query.filter(connections::status.eq_any(statuses.iter().map(|status| status.as_str()))),
    };
    if let Some(text) = &narrow.search {
        let pattern = columns::containing(&fold(text));
        query = match narrow.end {
            End::Initiator => query.filter(recipients.field(users::display_name_folded).like(pattern).escape('\\')),
            End::Recipient => query.filter(initiators.field(users::display_name_folded).like(pattern).escape('\\')),
        };
    }
    if let Some(others) = &narrow.others {
        query = match narrow.end {
            End::Initiator => query.filter(connections::user_id_2.eq_any(others.clone())),
            End::Recipient => query.filter(connections::user_id_1.eq_any(others.clone())),
        };
    }
    if let Some(viewer) = narrow.viewer {
        // Each a probe of the unique key, however many blocked the viewer.
        let is_block = || blocks.field(connections::connection_type).eq(Kind::Block.as_str());
        let (maker, target) = (blocks.field(connections::user_id_1), blocks.field(connections::user_id_2));
        let rejected = connections::status.eq(Status::Rejected.as_str());
        query = match narrow.end {
            End::Initiator => query.filter(not(exists(
                blocks.filter(maker.eq(connections::user_id_2)).filter(target.eq(viewer)).filter(is_block()),
            ))),
            // What the viewer rejected stays to be seen: were it gone, that would tell of the block.
            End::Recipient => query.filter(rejected.or(not(exists(
                blocks.filter(maker.eq(connections::user_id_1)).filter(target.eq(viewer)).filter(is_block()),
            )))),
        };
        // One's own blocks are listed as such: they hide nobody in one's own list.
        if viewer != narrow.whose {
            query = match narrow.end {
                End::Initiator => query.filter(not(exists(
                    blocks.filter(maker.eq(viewer)).filter(target.eq(connections::user_id_2)).filter(is_block()),
                ))),
                End::Recipient => query.filter(not(exists(
                    blocks.filter(maker.eq(viewer)).filter(target.eq(connections::user_id_1)).filter(is_block()),
                ))),
            };
        }
    }
    if let Some(after) = narrow.after {
        query = query.filter(connections::id.lt(after));
    }
    query.load::<ConnectionColumns>(connection)?.into_iter().map(connection_of).collect()
}

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
fn merged(connection: &mut AnyConnection, ends: &[Narrow], page: PageRequest) -> Result<Page<Connection>, StoreError> {
    let mut found = Vec::new();
    for end in ends {
        found.extend(load(connection, end)?);
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
        Ok(self.read(move |connection| merged(connection, &ends, page)).await?)
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
        Ok(self.read(move |connection| merged(connection, &ends, page)).await?)
    }

    async fn one(&self, id: ConnectionId) -> Result<Option<Connection>, RepositoryError> {
        let found = self.read(move |connection| {
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
                .first(connection)
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
            .read(move |connection| {
                let mut found = Vec::new();
                for end in &ends {
                    found.extend(load(connection, end)?);
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
            .read(move |connection| {
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
                    .first(connection)
                    .optional()?)
            })
            .await?;
        let (followers, following, friends, pending_received, pending_sent, blocked) = row.unwrap_or_default();
        Ok(Counters { followers, following, friends, pending_received, pending_sent, blocked })
    }
}
