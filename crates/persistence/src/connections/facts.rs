//! The facts between users that decisions about connections and profiles depend on.

use std::collections::BTreeMap;

use astegni_domain::connections::{Edge, Kind, Pair, ProfileFacts, Relation, Standing, SubjectAccount, Viewer};
use astegni_domain::ids::UserId;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use super::between::keys;
use super::rows::{EdgeColumns, EdgeRow};
use crate::connection::AnyConnection;
use crate::database::Results;
use crate::error::StoreError;
use crate::families;
use crate::requests;
use crate::schema::{connections, requested_sessions, student_profiles, tutor_profiles, users};
use crate::statement::{self, Statement};

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
    rows.iter().map(EdgeRow::edge).collect()
}

/// Returns the condition that one user has blocked another. Both are expressions of SQL.
pub(crate) fn blocks(from: &str, to: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM connections WHERE user_id_1 = {from} AND user_id_2 = {to} AND connection_type = 'block')"
    )
}

/// Returns the condition that one of two users has blocked the other, like [`blocks`].
pub(crate) fn separated(one: &str, other: &str) -> String {
    format!("({} OR {})", blocks(one, other), blocks(other, one))
}

/// Returns the query for whether in one of two pairs of users, which may be the same, one has blocked the other.
pub(crate) fn any_block(pairs: [(UserId, UserId); 2]) -> Statement<'static, Bool> {
    let text = format!("SELECT {} AS found", vec![blocks("?", "?"); 4].join(" OR "));
    let keys = pairs.into_iter().flat_map(|(one, other)| [one.get(), other.get(), other.get(), one.get()]);
    Statement::new(text).bind_all(keys)
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

type PairColumns = (BigInt, BigInt, Bool, Bool, Bool, Nullable<EdgeColumns>);

/// Loads everything between each actor and the other user; none if the other account is not active.
pub(crate) fn pairs(conn: &mut AnyConnection, pairs: &[(UserId, UserId)]) -> Results<Option<Pair>> {
    type Row = (i64, i64, bool, bool, bool, Option<EdgeRow>);
    let guards = |parent, student| {
        format!(
            "EXISTS (SELECT 1 FROM guardianships g JOIN student_profiles s ON s.id = g.student_id \
             WHERE g.parent_user_id = pairs.{parent} AND s.user_id = pairs.{student})"
        )
    };
    let text = format!(
        "WITH pairs(actor, other) AS (VALUES {}) SELECT pairs.actor, u.id, u.password_hash IS NOT NULL, u.is_private, \
         {} OR {}, c.id, c.user_id_1, c.user_id_2, c.connection_type, c.status, c.updated_at \
         FROM pairs JOIN users u ON u.id = pairs.other AND u.is_active LEFT JOIN connections c \
         ON (c.user_id_1 = pairs.actor AND c.user_id_2 = pairs.other) \
         OR (c.user_id_1 = pairs.other AND c.user_id_2 = pairs.actor) ORDER BY c.id",
        statement::rows(statement::padded(pairs.len()), 2),
        guards("actor", "other"),
        guards("other", "actor"),
    );
    let rows: Vec<Row> = Statement::<PairColumns>::new(text).bind_all(keys(pairs)).load(conn)?;
    let mut found: BTreeMap<(UserId, UserId), Found> = BTreeMap::new();
    for (actor, other, has_login, is_private, has_guardianship, edge) in rows {
        let key = (UserId::new(actor), UserId::new(other));
        let subject = SubjectAccount { id: key.1, has_login, is_private };
        let pair = found.entry(key).or_insert_with(|| Found { subject, has_guardianship, edges: Vec::new() });
        if let Some(edge) = edge {
            let edge = edge.edge()?;
            // A pair that is asked for several times has its rows repeated.
            if pair.edges.last() != Some(&edge) {
                pair.edges.push(edge);
            }
        }
    }
    Ok(pairs.iter().map(|key| found.get(key).map(|found| found.pair(conn, *key)).transpose()).collect())
}

/// The facts about a pair that a single query gives.
struct Found {
    subject: SubjectAccount,
    /// Whether there is or was a guardianship between the two.
    has_guardianship: bool,
    edges: Vec<Edge>,
}

impl Found {
    fn pair(&self, conn: &mut AnyConnection, (actor, other): (UserId, UserId)) -> Result<Pair, StoreError> {
        let guardianships =
            if self.has_guardianship { families::open_among(conn, &[actor.get(), other.get()])? } else { Vec::new() };
        let requested = has_requested(conn, actor, &[self.subject])?.contains(&other);
        let profile = ProfileFacts::derive(actor, self.subject, &self.edges, &guardianships, requested);
        Ok(Pair { actor, other, profile, edges: self.edges.clone(), guardianships })
    }
}

/// Loads the facts that decide whether an anonymous viewer may reach a user; none if the account is not active.
pub(super) fn public_relation(conn: &mut AnyConnection, subject: UserId) -> Result<Option<Relation>, StoreError> {
    let row: Option<(bool, bool)> = users::table
        .find(subject.get())
        .filter(users::is_active.eq(true))
        .select((users::password_hash.is_not_null(), users::is_private))
        .first(conn)
        .optional()?;
    let profile = row.map(|(has_login, is_private)| ProfileFacts::of_stranger(has_login, is_private));
    Ok(profile.map(|profile| Relation { standing: Standing::Open, profile }))
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
    let edges = rows.iter().map(EdgeRow::edge).collect::<Result<Vec<_>, _>>()?;
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
