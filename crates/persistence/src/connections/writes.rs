//! Writes of connections, under the locks of both users' relation counters.

use std::collections::{BTreeMap, BTreeSet};

use astegni_domain::connections::{Counters, EdgeChange, Kind, Pair, RelationPlan, Status};
use astegni_domain::events::Event;
use astegni_domain::families::Evidence;
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::sql_types::BigInt;

use super::facts;
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::statement::{self, Statement};
use crate::{events, families, requests};

/// The maximum number of counters that one statement changes.
const MAX_COUNTED: usize = 512;

/// Writes plans that change nothing but connections, in one transaction. Each fails with `Conflict` on its own if the
/// facts between its two users have changed.
pub(crate) fn apply_all(conn: &mut AnyConnection, plans: &[RelationPlan]) -> Results<Option<ConnectionId>> {
    lock(conn, plans)?;
    let keys: Vec<(UserId, UserId)> = plans.iter().map(|plan| (plan.seen.actor, plan.seen.other)).collect();
    let facts = facts::pairs(conn, &keys)?;
    // Of several plans for the same two users, the first changes the facts of the others.
    let mut changed = BTreeSet::new();
    let holds = plans.iter().zip(facts).map(|(plan, facts)| {
        let Pair { actor, other, .. } = plan.seen;
        Ok(facts?.as_ref() == Some(&plan.seen) && changed.insert((actor.min(other), actor.max(other))))
    });
    let holds = holds.collect::<Result<Vec<bool>, StoreError>>()?;
    let valid: Vec<&RelationPlan> =
        plans.iter().zip(&holds).filter(|(_, holds)| **holds).map(|(plan, _)| plan).collect();
    let mut created = write(conn, &valid)?.into_iter();
    let result =
        |holds: bool| if holds { created.next().ok_or(StoreError::Conflict) } else { Err(StoreError::Conflict) };
    Ok(holds.into_iter().map(result).collect())
}

/// Writes a plan that may end guardianships and expire requests. Fails with `Conflict` if the facts between the two
/// users have changed.
pub(super) fn apply(conn: &mut AnyConnection, plan: &RelationPlan) -> Result<Option<ConnectionId>, StoreError> {
    let Pair { actor, other, .. } = plan.seen;
    lock(conn, std::slice::from_ref(plan))?;
    if !plan.ends.is_empty() {
        let students: Vec<i64> = plan.ends.iter().map(|facts| facts.guardianship.student.get()).collect();
        dialect::lock_guardianships(conn, &students)?;
    }
    let facts = facts::pairs(conn, &[(actor, other)])?.pop().transpose()?.flatten();
    if facts.as_ref() != Some(&plan.seen) {
        return Err(StoreError::Conflict);
    }
    let created = write(conn, &[plan])?.pop().flatten();
    let requests = if plan.expires_requests {
        requests::pending_between(conn, actor, other, plan.at.naive_utc())?
    } else {
        Vec::new()
    };
    families::end(conn, &plan.ends, requests, &Evidence { by: actor, at: plan.at, address: None })?;
    Ok(created)
}

fn lock(conn: &mut AnyConnection, plans: &[RelationPlan]) -> Result<(), StoreError> {
    let users: Vec<i64> = plans.iter().flat_map(|plan| [plan.seen.actor.get(), plan.seen.other.get()]).collect();
    dialect::lock_all_relations(conn, &users, LockMode::Exclusive)
}

/// Writes the changes of plans for different pairs of users, and returns the connections that they create.
fn write(conn: &mut AnyConnection, plans: &[&RelationPlan]) -> Result<Vec<Option<ConnectionId>>, StoreError> {
    let mut differences: BTreeMap<i64, Counters> = BTreeMap::new();
    let mut inserts = Vec::new();
    for plan in plans {
        for change in &plan.changes {
            match *change {
                EdgeChange::Insert(kind, status) => inserts.push((*plan, kind, status)),
                change => change_edge(conn, plan, change)?,
            }
        }
        for (user, difference) in plan.counter_changes() {
            differences.entry(user.get()).or_default().add(difference, 1);
        }
    }
    let created = insert_edges(conn, &inserts)?;
    count(conn, &differences)?;
    let created = |plan: &&RelationPlan| created.get(&(plan.seen.actor, plan.seen.other)).copied();
    let news: Vec<Event> = plans.iter().flat_map(|plan| plan.events(created(plan))).collect();
    events::append(conn, &news)?;
    Ok(plans.iter().map(created).collect())
}

/// Inserts connections, and returns their ids by initiator and recipient.
fn insert_edges(
    conn: &mut AnyConnection,
    edges: &[(&RelationPlan, Kind, Status)],
) -> Result<BTreeMap<(UserId, UserId), ConnectionId>, StoreError> {
    if edges.is_empty() {
        return Ok(BTreeMap::new());
    }
    let text = format!(
        "WITH new(initiator, recipient, kind, status, message, created_at, accepted_at) AS (VALUES {}) \
         INSERT INTO connections (user_id_1, user_id_2, connection_type, status, initiated_by, connection_message, \
         created_at, accepted_at, updated_at) SELECT initiator, recipient, kind, status, initiator, message, created_at, \
         accepted_at, created_at FROM new WHERE initiator <> 0 RETURNING id, user_id_1, user_id_2",
        statement::rows(statement::padded(edges.len()), 7)
    );
    let mut statement = Statement::<(BigInt, BigInt, BigInt)>::new(text);
    for (plan, kind, status) in edges {
        let at = plan.at.naive_utc();
        let Pair { actor, other, .. } = plan.seen;
        statement = statement.bind(actor.get()).bind(other.get()).bind(kind.as_str()).bind(status.as_str());
        statement = statement.bind(plan.message.as_deref()).bind(at).bind(accepted_at(*status, at));
    }
    for _ in edges.len()..statement::padded(edges.len()) {
        let (no_text, no_time) = (None::<&str>, None::<NaiveDateTime>);
        statement = statement.bind(0).bind(0).bind(no_text).bind(no_text).bind(no_text).bind(no_time).bind(no_time);
    }
    let created: Vec<(i64, i64, i64)> = statement.load(conn)?;
    let key = |(id, one, two)| ((UserId::new(one), UserId::new(two)), ConnectionId::new(id));
    Ok(created.into_iter().map(key).collect())
}

fn accepted_at(status: Status, at: NaiveDateTime) -> Option<NaiveDateTime> {
    (status == Status::Accepted).then_some(at)
}

/// Writes a change of an existing connection. Inserts are written by [`insert_edges`].
fn change_edge(conn: &mut AnyConnection, plan: &RelationPlan, change: EdgeChange) -> Result<(), StoreError> {
    let Pair { actor, other, .. } = plan.seen;
    let at = plan.at.naive_utc();
    let statement = match change {
        EdgeChange::Insert(..) => return Ok(()),
        EdgeChange::Update(id, status) => {
            Statement::new("UPDATE connections SET status = ?, accepted_at = ?, updated_at = ? WHERE id = ?")
                .bind(status.as_str())
                .bind(accepted_at(status, at))
                .bind(at)
                .bind(id.get())
        }
        EdgeChange::Restart(id, status) => Statement::new(
            "UPDATE connections SET user_id_1 = ?, user_id_2 = ?, initiated_by = ?, status = ?, \
             connection_message = ?, created_at = ?, accepted_at = ?, updated_at = ? WHERE id = ?",
        )
        .bind_all([actor.get(), other.get(), actor.get()])
        .bind(status.as_str())
        .bind(plan.message.as_deref())
        .bind(at)
        .bind(accepted_at(status, at))
        .bind(at)
        .bind(id.get()),
        EdgeChange::Delete(id) => Statement::new("DELETE FROM connections WHERE id = ?").bind(id.get()),
    };
    statement.execute(conn)?;
    Ok(())
}

/// Adds a difference to the counters of each user.
pub(super) fn count(conn: &mut AnyConnection, differences: &BTreeMap<i64, Counters>) -> Result<(), StoreError> {
    let changes: Vec<[i64; 7]> = differences
        .iter()
        .filter(|(_, difference)| **difference != Counters::default())
        .map(|(user, by)| {
            [*user, by.followers, by.following, by.friends, by.pending_received, by.pending_sent, by.blocked]
        })
        .collect();
    for changes in changes.chunks(MAX_COUNTED) {
        let text = format!(
            "WITH difference(id, followers, following, friends, received, sent, blocked) AS (VALUES {}) \
             UPDATE connection_counters SET followers_count = followers_count + followers, \
             following_count = following_count + following, friends_count = friends_count + friends, \
             pending_received_count = pending_received_count + received, \
             pending_sent_count = pending_sent_count + sent, blocked_count = blocked_count + blocked \
             FROM difference WHERE user_id = id",
            statement::rows(statement::padded(changes.len()), 7)
        );
        let padding = std::iter::repeat_n([0; 7], statement::padded(changes.len()) - changes.len());
        let values = changes.iter().copied().chain(padding).flatten();
        let counted = Statement::new(text).bind_all(values).execute(conn)?;
        // The rows were locked before, so that none can be missing.
        if counted != changes.len() {
            return Err(StoreError::Conflict);
        }
    }
    Ok(())
}
