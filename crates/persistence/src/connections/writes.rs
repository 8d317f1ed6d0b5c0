//! Writes of connections, under the locks of both users' relation counters.

use astegni_domain::connections::{Counters, EdgeChange, Kind, Pair, RelationPlan, Status, plan_going_public};
use astegni_domain::families::Evidence;
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::facts;
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::schema::connection_counters as counters;
use crate::schema::{connections, users};
use crate::{families, requests};

/// Writes a plan. Fails with `Conflict` if the facts between the two users have changed.
pub(super) fn apply(conn: &mut AnyConnection, plan: &RelationPlan) -> Result<Option<ConnectionId>, StoreError> {
    let Pair { actor, other, .. } = plan.seen;
    dialect::lock_relations(conn, vec![(actor.get(), LockMode::Exclusive), (other.get(), LockMode::Exclusive)])?;
    if !plan.ends.is_empty() {
        let students: Vec<i64> = plan.ends.iter().map(|facts| facts.guardianship.student.get()).collect();
        dialect::lock_guardianships(conn, &students)?;
    }
    if facts::pair(conn, actor, other)?.as_ref() != Some(&plan.seen) {
        return Err(StoreError::Conflict);
    }
    let mut created = None;
    for change in &plan.changes {
        created = change_edge(conn, plan, *change)?.or(created);
    }
    for (user, difference) in plan.counter_changes() {
        count(conn, &[user.get()], difference)?;
    }
    let requests = if plan.expires_requests {
        requests::pending_between(conn, actor, other, plan.at.naive_utc())?
    } else {
        Vec::new()
    };
    families::end(conn, &plan.ends, requests, &Evidence { by: actor, at: plan.at, address: None })?;
    Ok(created)
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

/// Adds a difference to the counters of each of some users.
fn count(conn: &mut AnyConnection, users: &[i64], difference: Counters) -> Result<(), StoreError> {
    if difference == Counters::default() {
        return Ok(());
    }
    let counted = diesel::update(counters::table.filter(counters::user_id.eq_any(users)))
        .set((
            counters::followers_count.eq(counters::followers_count + difference.followers),
            counters::following_count.eq(counters::following_count + difference.following),
            counters::friends_count.eq(counters::friends_count + difference.friends),
            counters::pending_received_count.eq(counters::pending_received_count + difference.pending_received),
            counters::pending_sent_count.eq(counters::pending_sent_count + difference.pending_sent),
            counters::blocked_count.eq(counters::blocked_count + difference.blocked),
        ))
        .execute(conn)?;
    // The rows were locked before, so that none can be missing.
    if counted == users.len() { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Locks the relations of an account whose privacy is about to be set to `is_private`, and accepts its pending follows
/// if it becomes public. Follows that arrive meanwhile wait for the lock and then see the new setting.
pub(crate) fn prepare_privacy_change(
    conn: &mut AnyConnection,
    owner: UserId,
    is_private: bool,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    if is_private {
        return dialect::lock_relations(conn, vec![(owner.get(), LockMode::Exclusive)]);
    }
    let followers = waiting_followers(conn, owner)?;
    let everyone: Vec<i64> = followers.iter().copied().chain([owner]).map(UserId::get).collect();
    dialect::lock_all_relations(conn, &everyone)?;
    let was_private: bool = users::table.find(owner.get()).select(users::is_private).first(conn)?;
    if !was_private {
        return Ok(());
    }
    // A follow that arrived before the lock was taken is a conflict, because its initiator is not locked.
    if waiting_followers(conn, owner)? != followers {
        return Err(StoreError::Conflict);
    }
    let plan = plan_going_public(owner, followers);
    let waiting = connections::table
        .filter(connections::user_id_2.eq(owner.get()))
        .filter(connections::connection_type.eq(Kind::Follow.as_str()))
        .filter(connections::status.eq(Status::Pending.as_str()));
    diesel::update(waiting)
        .set((
            connections::status.eq(Status::Accepted.as_str()),
            connections::accepted_at.eq(at),
            connections::updated_at.eq(at),
        ))
        .execute(conn)?;
    count(conn, &[owner.get()], plan.owner_change)?;
    let followers: Vec<i64> = plan.followers.into_iter().map(UserId::get).collect();
    for followers in followers.chunks(dialect::MAX_PARAMETERS) {
        count(conn, followers, plan.follower_change)?;
    }
    Ok(())
}

/// Loads the initiators of the follows that wait for an account, in ascending order.
fn waiting_followers(conn: &mut AnyConnection, owner: UserId) -> Result<Vec<UserId>, StoreError> {
    let ids: Vec<i64> = connections::table
        .filter(connections::user_id_2.eq(owner.get()))
        .filter(connections::connection_type.eq(Kind::Follow.as_str()))
        .filter(connections::status.eq(Status::Pending.as_str()))
        .order(connections::user_id_1)
        .select(connections::user_id_1)
        .load(conn)?;
    Ok(ids.into_iter().map(UserId::new).collect())
}
