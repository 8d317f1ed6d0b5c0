//! What stands between users, read and changed under the lock of their counters' rows.

use astegni_domain::connections::{Counters, Edge, EdgeChange, Kind, Pair, RelationPlan, Side, Status};
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::requests;
use crate::schema::connection_counters as counters;
use crate::schema::{connections, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = connections)]
pub(super) struct EdgeRow {
    id: i64,
    user_id_1: i64,
    user_id_2: i64,
    connection_type: String,
    status: String,
    updated_at: NaiveDateTime,
}

pub(super) fn edge(row: &EdgeRow) -> Result<Edge, StoreError> {
    Ok(Edge {
        id: ConnectionId::new(row.id),
        kind: columns::word("connections.connection_type", &row.connection_type)?,
        initiator: UserId::new(row.user_id_1),
        recipient: UserId::new(row.user_id_2),
        status: columns::word("connections.status", &row.status)?,
        since: instant(row.updated_at),
    })
}

/// Either way between two users: two probes of the unique key, whatever the lists of the two are like.
#[diesel::dsl::auto_type]
fn between_two(one: i64, other: i64) -> _ {
    let there = connections::user_id_1.eq(one).and(connections::user_id_2.eq(other));
    let back = connections::user_id_1.eq(other).and(connections::user_id_2.eq(one));
    there.or(back)
}

/// Everything between two users; none where the other is not there.
pub(crate) fn pair(conn: &mut AnyConnection, actor: UserId, other: UserId) -> Result<Option<Pair>, StoreError> {
    let is_private: Option<bool> = users::table
        .find(other.get())
        .filter(users::is_active.eq(true))
        .select(users::is_private)
        .first(conn)
        .optional()?;
    let Some(other_is_private) = is_private else { return Ok(None) };
    let rows: Vec<EdgeRow> = connections::table
        .filter(between_two(actor.get(), other.get()))
        .order(connections::id)
        .select(EdgeRow::as_select())
        .load(conn)?;
    let edges = rows.iter().map(edge).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Pair { actor, other, other_is_private, edges }))
}

/// Whether one of two users blocked the other.
pub(crate) fn block_stands(conn: &mut AnyConnection, one: UserId, other: UserId) -> Result<bool, StoreError> {
    let block = connections::table
        .filter(between_two(one.get(), other.get()))
        .filter(connections::connection_type.eq(Kind::Block.as_str()));
    Ok(diesel::select(exists(block)).get_result(conn)?)
}

/// Writes a plan, if the pair is still as it was seen.
pub(super) fn apply(conn: &mut AnyConnection, plan: &RelationPlan) -> Result<Option<ConnectionId>, StoreError> {
    let Pair { actor, other, .. } = plan.seen;
    dialect::lock_relations(conn, vec![(actor.get(), LockMode::Exclusive), (other.get(), LockMode::Exclusive)])?;
    if pair(conn, actor, other)?.as_ref() != Some(&plan.seen) {
        return Err(StoreError::Conflict);
    }
    let mut begun = None;
    for change in &plan.changes {
        begun = change_edge(conn, plan, *change)?.or(begun);
    }
    for (user, delta) in plan.counter_changes() {
        count(conn, user, delta)?;
    }
    if plan.expires_requests {
        requests::expire_between(conn, actor, other, plan.at.naive_utc())?;
    }
    Ok(begun)
}

fn change_edge(
    conn: &mut AnyConnection,
    plan: &RelationPlan,
    change: EdgeChange,
) -> Result<Option<ConnectionId>, StoreError> {
    let Pair { actor, other, .. } = plan.seen;
    let at = plan.at.naive_utc();
    let accepted_at = |status: Status| (status == Status::Accepted).then_some(at);
    match change {
        EdgeChange::Insert(kind, status) => {
            let id: i64 = diesel::insert_into(connections::table)
                .values((
                    connections::user_id_1.eq(actor.get()),
                    connections::user_id_2.eq(other.get()),
                    connections::connection_type.eq(kind.as_str()),
                    connections::status.eq(status.as_str()),
                    connections::initiated_by.eq(actor.get()),
                    connections::connection_message.eq(plan.message.as_deref()),
                    connections::created_at.eq(at),
                    connections::accepted_at.eq(accepted_at(status)),
                    connections::updated_at.eq(at),
                ))
                .returning(connections::id)
                .get_result(conn)?;
            return Ok(Some(ConnectionId::new(id)));
        }
        EdgeChange::Update(id, status) => diesel::update(connections::table.find(id.get()))
            .set((
                connections::status.eq(status.as_str()),
                connections::accepted_at.eq(accepted_at(status)),
                connections::updated_at.eq(at),
            ))
            .execute(conn)?,
        EdgeChange::Restart(id, status) => diesel::update(connections::table.find(id.get()))
            .set((
                connections::user_id_1.eq(actor.get()),
                connections::user_id_2.eq(other.get()),
                connections::initiated_by.eq(actor.get()),
                connections::status.eq(status.as_str()),
                connections::connection_message.eq(plan.message.as_deref()),
                connections::created_at.eq(at),
                connections::accepted_at.eq(accepted_at(status)),
                connections::updated_at.eq(at),
            ))
            .execute(conn)?,
        EdgeChange::Delete(id) => diesel::delete(connections::table.find(id.get())).execute(conn)?,
    };
    Ok(None)
}

fn count(conn: &mut AnyConnection, user: UserId, delta: Counters) -> Result<(), StoreError> {
    if delta == Counters::default() {
        return Ok(());
    }
    let counted = diesel::update(counters::table.find(user.get()))
        .set((
            counters::followers_count.eq(counters::followers_count + delta.followers),
            counters::following_count.eq(counters::following_count + delta.following),
            counters::friends_count.eq(counters::friends_count + delta.friends),
            counters::pending_received_count.eq(counters::pending_received_count + delta.pending_received),
            counters::pending_sent_count.eq(counters::pending_sent_count + delta.pending_sent),
            counters::blocked_count.eq(counters::blocked_count + delta.blocked),
        ))
        .execute(conn)?;
    if counted == 1 { Ok(()) } else { Err(StoreError::missing_row("connection_counters", user.get())) }
}

/// Accepts the follows that wait for an account which goes public. Whoever waits is locked with it, all in
/// ascending order; who joins them in between is a conflict.
pub(crate) fn accept_waiting_follows(
    conn: &mut AnyConnection,
    user: UserId,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let waiting = |conn: &mut AnyConnection| {
        connections::table
            .filter(connections::user_id_2.eq(user.get()))
            .filter(connections::connection_type.eq(Kind::Follow.as_str()))
            .filter(connections::status.eq(Status::Pending.as_str()))
            .order(connections::user_id_1)
            .select(connections::user_id_1)
            .load::<i64>(conn)
    };
    let is_private: bool = users::table.find(user.get()).select(users::is_private).first(conn)?;
    if !is_private {
        return Ok(());
    }
    let seen = waiting(conn)?;
    let everybody: Vec<i64> = seen.iter().copied().chain([user.get()]).collect();
    dialect::lock_all_relations(conn, &everybody)?;
    if waiting(conn)? != seen {
        return Err(StoreError::Conflict);
    }
    let pending = connections::table
        .filter(connections::user_id_2.eq(user.get()))
        .filter(connections::connection_type.eq(Kind::Follow.as_str()))
        .filter(connections::status.eq(Status::Pending.as_str()));
    diesel::update(pending)
        .set((
            connections::status.eq(Status::Accepted.as_str()),
            connections::accepted_at.eq(at),
            connections::updated_at.eq(at),
        ))
        .execute(conn)?;
    let change = |side| {
        let mut change = Counters::default();
        change.add(Counters::of(Kind::Follow, Status::Pending, side), -1);
        change.add(Counters::of(Kind::Follow, Status::Accepted, side), 1);
        change
    };
    let mine = change(Side::Recipient);
    let mut all = Counters::default();
    all.add(mine, i64::try_from(seen.len()).unwrap_or(i64::MAX));
    count(conn, user, all)?;
    for followers in seen.chunks(dialect::MAX_PARAMETERS) {
        let theirs = change(Side::Initiator);
        diesel::update(counters::table.filter(counters::user_id.eq_any(followers)))
            .set((
                counters::following_count.eq(counters::following_count + theirs.following),
                counters::pending_sent_count.eq(counters::pending_sent_count + theirs.pending_sent),
            ))
            .execute(conn)?;
    }
    Ok(())
}
