//! The facts between users that decisions about connections and profiles depend on.

use std::collections::BTreeMap;

use astegni_domain::connections::{Edge, Kind, Pair, ProfileFacts, Relation, Standing, SubjectAccount, Viewer};
use astegni_domain::ids::{ConnectionId, UserId};
use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::families;
use crate::requests;
use crate::schema::{connections, requested_sessions, student_profiles, tutor_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = connections)]
pub(super) struct EdgeRow {
    pub(super) id: i64,
    pub(super) user_id_1: i64,
    pub(super) user_id_2: i64,
    connection_type: String,
    status: String,
    updated_at: NaiveDateTime,
}

pub(super) fn edge(row: &EdgeRow) -> Result<Edge, StoreError> {
    Ok(Edge {
        id: ConnectionId::new(row.id),
        kind: columns::parse_column("connections.connection_type", &row.connection_type)?,
        initiator: UserId::new(row.user_id_1),
        recipient: UserId::new(row.user_id_2),
        status: columns::parse_column("connections.status", &row.status)?,
        since: instant(row.updated_at),
    })
}

/// Either direction between two users: two probes of the unique key, regardless of the length of their lists.
#[diesel::dsl::auto_type]
fn between_two(one: i64, other: i64) -> _ {
    let there = connections::user_id_1.eq(one).and(connections::user_id_2.eq(other));
    let back = connections::user_id_1.eq(other).and(connections::user_id_2.eq(one));
    there.or(back)
}

fn edges_between(conn: &mut AnyConnection, one: UserId, other: UserId) -> Result<Vec<Edge>, StoreError> {
    let rows: Vec<EdgeRow> = connections::table
        .filter(between_two(one.get(), other.get()))
        .order(connections::id)
        .select(EdgeRow::as_select())
        .load(conn)?;
    rows.iter().map(edge).collect()
}

/// Returns whether one of two users has blocked the other.
pub(crate) fn has_block(conn: &mut AnyConnection, one: UserId, other: UserId) -> Result<bool, StoreError> {
    let block = connections::table
        .filter(between_two(one.get(), other.get()))
        .filter(connections::connection_type.eq(Kind::Block.as_str()));
    Ok(diesel::select(exists(block)).get_result(conn)?)
}

/// Returns the blocks between two users, as the viewer may learn of them.
pub(crate) fn standing(conn: &mut AnyConnection, viewer: UserId, subject: UserId) -> Result<Standing, StoreError> {
    Ok(Standing::between(viewer, subject, &edges_between(conn, viewer, subject)?))
}

/// Loads the properties of an active account that decide who may see it.
fn subject_account(conn: &mut AnyConnection, id: UserId) -> Result<Option<SubjectAccount>, StoreError> {
    let row: Option<(bool, bool)> = users::table
        .find(id.get())
        .filter(users::is_active.eq(true))
        .select((users::password_hash.is_not_null(), users::is_private))
        .first(conn)
        .optional()?;
    Ok(row.map(|(has_login, is_private)| SubjectAccount { id, has_login, is_private }))
}

/// Loads everything between two users; none if the other account is not active.
pub(super) fn pair(conn: &mut AnyConnection, actor: UserId, other: UserId) -> Result<Option<Pair>, StoreError> {
    let Some(subject) = subject_account(conn, other)? else { return Ok(None) };
    let edges = edges_between(conn, actor, other)?;
    let guardianships = families::open_among(conn, &[actor.get(), other.get()])?;
    let requested = has_requested(conn, actor, &[subject])?.contains(&other);
    let profile = ProfileFacts::derive(actor, subject, &edges, &guardianships, requested);
    Ok(Some(Pair { actor, other, profile, edges, guardianships }))
}

/// Loads the facts that decide whether a viewer may reach a user; none if the account is not active.
pub(super) fn relation(
    conn: &mut AnyConnection,
    viewer: Viewer,
    subject: UserId,
) -> Result<Option<Relation>, StoreError> {
    let Some(viewer) = viewer.user() else {
        let account = subject_account(conn, subject)?;
        let profile = account.map(|account| ProfileFacts::of_stranger(account.has_login, account.is_private));
        return Ok(profile.map(|profile| Relation { standing: Standing::Open, profile }));
    };
    let pair = pair(conn, viewer, subject)?;
    Ok(pair.map(|pair| Relation { standing: pair.standing(), profile: pair.profile }))
}

/// Loads the facts that decide what a viewer may see of each of some users. The relations of public accounts are
/// not loaded, because they make no difference.
pub(super) fn profiles(
    conn: &mut AnyConnection,
    viewer: Viewer,
    subjects: &[SubjectAccount],
) -> Result<BTreeMap<UserId, ProfileFacts>, StoreError> {
    let strangers =
        subjects.iter().map(|subject| (subject.id, ProfileFacts::of_stranger(subject.has_login, subject.is_private)));
    let mut facts: BTreeMap<UserId, ProfileFacts> = strangers.collect();
    let Some(viewer) = viewer.user() else { return Ok(facts) };
    let guarded: Vec<SubjectAccount> = subjects.iter().copied().filter(is_guarded).collect();
    if guarded.is_empty() {
        return Ok(facts);
    }
    let ids: Vec<i64> = guarded.iter().map(|subject| subject.id.get()).collect();
    let there = connections::user_id_1.eq(viewer.get()).and(connections::user_id_2.eq_any(&ids));
    let back = connections::user_id_2.eq(viewer.get()).and(connections::user_id_1.eq_any(&ids));
    let rows: Vec<EdgeRow> = connections::table.filter(there.or(back)).select(EdgeRow::as_select()).load(conn)?;
    let edges = rows.iter().map(edge).collect::<Result<Vec<_>, _>>()?;
    let everyone: Vec<i64> = ids.iter().copied().chain([viewer.get()]).collect();
    let guardianships = families::open_among(conn, &everyone)?;
    let requested = has_requested(conn, viewer, &guarded)?;
    for subject in guarded {
        let requested = requested.contains(&subject.id);
        facts.insert(subject.id, ProfileFacts::derive(viewer, subject, &edges, &guardianships, requested));
    }
    Ok(facts)
}

fn is_guarded(subject: &SubjectAccount) -> bool {
    subject.is_private || !subject.has_login
}

/// Returns the guarded accounts that a session request introduces to a tutor, as its requester or its student.
fn has_requested(
    conn: &mut AnyConnection,
    tutor: UserId,
    subjects: &[SubjectAccount],
) -> Result<Vec<UserId>, StoreError> {
    let ids: Vec<i64> = subjects.iter().filter(|subject| is_guarded(subject)).map(|subject| subject.id.get()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let received = || {
        requested_sessions::table
            .inner_join(tutor_profiles::table)
            .inner_join(student_profiles::table)
            .filter(tutor_profiles::user_id.eq(tutor.get()))
            .filter(requested_sessions::status.eq_any(requests::introducing_statuses()))
    };
    let requesters: Vec<i64> = received()
        .filter(requested_sessions::requester_id.eq_any(&ids))
        .select(requested_sessions::requester_id)
        .distinct()
        .load(conn)?;
    let students: Vec<i64> = received()
        .filter(student_profiles::user_id.eq_any(&ids))
        .select(student_profiles::user_id)
        .distinct()
        .load(conn)?;
    Ok(requesters.into_iter().chain(students).map(UserId::new).collect())
}
