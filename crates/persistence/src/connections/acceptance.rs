//! The follows that wait for an account that goes public, accepted in parts.
//!
//! An account may have a million of them. Each part is a short transaction, so that other writes proceed in between, and
//! what a stopped server has left is continued from the mark in `follow_acceptances`. Until its turn comes, a follow is
//! pending, and may be withdrawn, answered or ended by a block.

use astegni_domain::connections::{Kind, Status, WaitingFollows, plan_going_public, waiting_follows};
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::writes::count;
use crate::connection::AnyConnection;
use crate::dialect::{self, LockMode};
use crate::error::StoreError;
use crate::events;
use crate::schema::{follow_acceptances, users};
use crate::statement::{self, Statement};

/// The number of follows in a part.
const PART: usize = 512;

/// Locks the connections of an account whose privacy is about to be set, and sets or removes its mark. Follows that arrive
/// meanwhile wait for the lock and then see the new setting.
pub(crate) fn prepare_privacy_change(
    conn: &mut AnyConnection,
    owner: UserId,
    is_private: bool,
) -> Result<(), StoreError> {
    dialect::lock_relations(conn, vec![(owner.get(), LockMode::Exclusive)])?;
    let was_private: bool = users::table.find(owner.get()).select(users::is_private).first(conn)?;
    match waiting_follows(was_private, is_private) {
        WaitingFollows::Accept => {
            let mark = (follow_acceptances::user_id.eq(owner.get()), follow_acceptances::done_through.eq(0));
            diesel::insert_into(follow_acceptances::table).values(mark).execute(conn)?;
        }
        WaitingFollows::Keep => {
            diesel::delete(follow_acceptances::table.find(owner.get())).execute(conn)?;
        }
        WaitingFollows::Ignore => {}
    }
    Ok(())
}

/// Returns the marked accounts.
pub(crate) fn marked(conn: &mut AnyConnection) -> Result<Vec<UserId>, StoreError> {
    let ids: Vec<i64> =
        follow_acceptances::table.order(follow_acceptances::user_id).select(follow_acceptances::user_id).load(conn)?;
    Ok(ids.into_iter().map(UserId::new).collect())
}

/// Accepts the next part of the follows that wait for a marked account. Returns whether more may be waiting; if not, the
/// mark is removed.
pub(crate) fn accept_part(conn: &mut AnyConnection, owner: UserId, at: NaiveDateTime) -> Result<bool, StoreError> {
    let Some(done_through) = done_through(conn, owner)? else { return Ok(false) };
    let waiting = waiting(conn, owner, done_through)?;
    let everyone: Vec<i64> = waiting.iter().map(|(_, follower)| *follower).chain([owner.get()]).collect();
    dialect::lock_all_relations(conn, &everyone, LockMode::Exclusive)?;
    match self::done_through(conn, owner)? {
        // The account has become private, or another process has accepted everything.
        None => return Ok(false),
        // Another process has accepted this part.
        Some(now) if now != done_through => return Ok(true),
        Some(_) => {}
    }
    // Follows have come, gone or started over before the locks were taken; the next part begins with those that wait now.
    if self::waiting(conn, owner, done_through)? != waiting {
        return Ok(true);
    }
    let accepted = accept(conn, owner, &waiting, at)?;
    let plan = plan_going_public(owner, accepted, at.and_utc());
    let followers = plan.follows.iter().map(|(_, follower)| (follower.get(), plan.follower_change));
    count(conn, &followers.chain([(owner.get(), plan.owner_change)]).collect())?;
    events::append(conn, &plan.events())?;
    let mark = follow_acceptances::table.find(owner.get());
    match waiting.last() {
        Some((last, _)) if waiting.len() == PART => {
            diesel::update(mark).set(follow_acceptances::done_through.eq(last)).execute(conn)?;
            Ok(true)
        }
        // No follow has been added since: the account is public.
        _ => {
            diesel::delete(mark).execute(conn)?;
            Ok(false)
        }
    }
}

/// Returns the last connection of the parts that are done, if the account is marked.
fn done_through(conn: &mut AnyConnection, owner: UserId) -> QueryResult<Option<i64>> {
    let mark = follow_acceptances::table.find(owner.get());
    mark.select(follow_acceptances::done_through).first(conn).optional()
}

/// Loads the next waiting follows with their initiators, in the order of ids.
fn waiting(conn: &mut AnyConnection, owner: UserId, after: i64) -> QueryResult<Vec<(i64, i64)>> {
    let (follow, pending) = (Kind::Follow.as_str(), Status::Pending.as_str());
    let text = format!(
        "SELECT id, user_id_1 FROM connections WHERE user_id_2 = ? AND connection_type = '{follow}' \
         AND status = '{pending}' AND id > ? ORDER BY id LIMIT {PART}"
    );
    Statement::<(BigInt, BigInt)>::new(text).bind(owner.get()).bind(after).load(conn)
}

/// Accepts those of some follows that still wait, and returns them with their initiators.
fn accept(
    conn: &mut AnyConnection,
    owner: UserId,
    waiting: &[(i64, i64)],
    at: NaiveDateTime,
) -> QueryResult<Vec<(ConnectionId, UserId)>> {
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let (follow, pending, accepted) = (Kind::Follow.as_str(), Status::Pending.as_str(), Status::Accepted.as_str());
    let padded = statement::padded(waiting.len());
    // The sum keeps planners from reading all follows that wait for the owner.
    let text = format!(
        "UPDATE connections SET status = '{accepted}', accepted_at = ?, updated_at = ? WHERE id IN ({}) \
         AND user_id_2 + 0 = ? AND connection_type = '{follow}' AND status = '{pending}' RETURNING id, user_id_1",
        vec!["?"; padded].join(",")
    );
    let ids = waiting.iter().map(|(id, _)| *id).chain(std::iter::repeat_n(0, padded - waiting.len()));
    let statement = Statement::<(BigInt, BigInt)>::new(text).bind(at).bind(at).bind_all(ids).bind(owner.get());
    let follows: Vec<(i64, i64)> = statement.load(conn)?;
    Ok(follows.into_iter().map(|(id, follower)| (ConnectionId::new(id), UserId::new(follower))).collect())
}
