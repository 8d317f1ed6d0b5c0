//! Results of searches with a rare condition: all of them are read, then sorted and counted.

use astegni_domain::tutoring::TutorCard;
use diesel::sql_types::{BigInt, Nullable};

use super::conditions::Condition;
use super::order::{NO_PRICE_DESCENDING, PRICE_DESCENDING};
use super::{Search, Slice, cards, order};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::{self, Statement};

/// Returns the cards of a page, and the number of all matches.
pub(super) fn read(
    conn: &mut AnyConnection,
    search: &Search,
    rare: &Condition,
    slice: Slice,
) -> Result<(Vec<TutorCard>, i64), StoreError> {
    let candidates = rare.select(Statement::new("WITH candidates(id) AS MATERIALIZED ("));
    // A scalar subquery looks up each candidate; a join could read all tutors.
    let matching: Statement<'_, (BigInt, Nullable<BigInt>)> = candidates.push(&format!(
        ") SELECT c.id, (SELECT {PRICE_DESCENDING} FROM tutor_profiles p JOIN users u ON u.id = p.user_id \
         WHERE p.id = c.id AND p.is_active AND u.is_active) FROM candidates c WHERE TRUE"
    ));
    let rows: Vec<(i64, Option<i64>)> = search.restrict(matching, "c.id", |condition| condition == rare).load(conn)?;
    let active = rows.into_iter().filter_map(|(id, price)| Some((id, price?)));
    let rows: Vec<_> =
        active.map(|(id, price)| (id, Some(price).filter(|price| *price != NO_PRICE_DESCENDING))).collect();
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let rank = |position| order::rank(search.sort, position);
    let mut positions: Vec<_> = rows.into_iter().map(|(id, price)| order::keyset(search.sort, id, price)).collect();
    positions.sort_by_key(|position| rank(*position));
    let is_read = |position| slice.after.is_some_and(|after| rank(position) <= rank(after));
    let page = positions.into_iter().skip_while(|position| is_read(*position)).skip(slice.offset).take(slice.wanted);
    let mut ids: Vec<i64> = page.map(|position| position.id).collect();
    let Some(last) = ids.last().copied() else { return Ok((Vec::new(), total)) };
    // `IN` finds a repeated id once.
    ids.resize(statement::padded(ids.len()), last);
    let places = vec!["?"; ids.len()].join(",");
    let found = Statement::new(format!("SELECT id FROM tutor_profiles WHERE id IN ({places})")).bind_all(ids);
    Ok((cards(conn, found)?, total))
}
