//! Results of searches without a rare condition: the tutors are read in the order of the result until the page is full.
//!
//! Limits are part of the text, because the plan for a limit that is a parameter would sort all tutors.

use astegni_domain::tutoring::{MAX_COUNTED, Term, TutorCard};
use diesel::QueryResult;
use diesel::sql_types::BigInt;

use super::conditions::{self, Condition, Counted};
use super::order::PriceOrder;
use super::{Search, Slice, cards};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::Statement;

/// Limits of a default page and of the largest one. A connection prepares a statement for each limit, so they are few.
const LIMITS: [usize; 2] = [21, 101];

/// Returns the limit of a statement for a number of rows.
fn limit(rows: usize) -> usize {
    LIMITS.into_iter().find(|limit| *limit >= rows).unwrap_or_else(|| rows.next_power_of_two())
}

/// Returns the cards of a page and perhaps of some tutors behind it, and the number of all matches up to [`MAX_COUNTED`].
pub(super) fn read(
    conn: &mut AnyConnection,
    search: &Search,
    slice: Slice,
) -> Result<(Vec<TutorCard>, i64), StoreError> {
    let term = search.conditions.iter().find_map(|counted| counted.condition.exact_term());
    let term = term.cloned().unwrap_or_else(Term::listed);
    let walk = match PriceOrder::of(search.sort) {
        None => search.newest(&term, slice),
        Some(order) => search.by_price(order, slice),
    };
    let cards = cards(conn, walk)?;
    let is_complete = slice.after.is_none() && slice.offset == 0 && cards.len() < slice.wanted;
    let total =
        if is_complete { i64::try_from(cards.len()).unwrap_or(MAX_COUNTED) } else { search.count(conn, &term)? };
    Ok((cards, total))
}

impl Search {
    /// Returns the query for the ids of a page of the tutors with a term, newest first.
    fn newest<'a>(&'a self, term: &'a Term, slice: Slice) -> Statement<'a, BigInt> {
        let walk = Statement::new(
            "SELECT id FROM (SELECT t.tutor_id AS id FROM tutor_terms t CROSS JOIN tutor_profiles p CROSS JOIN users u \
             WHERE t.kind = ? AND t.term = ? AND t.tutor_id < ? AND p.id = t.tutor_id AND u.id = p.user_id \
             AND p.is_active AND u.is_active",
        );
        let before = slice.after.map_or(i64::MAX, |after| after.id);
        let walk = walk.bind_all([term.kind.as_str(), &term.text]).bind(before);
        let walk = self.restrict(walk, "t.tutor_id", |condition| condition.exact_term() == Some(term));
        let limit = limit(slice.offset + slice.wanted);
        let walk = walk.push(&format!(" ORDER BY t.tutor_id DESC LIMIT {limit}) AS walked"));
        cut(walk, "id DESC", slice)
    }

    /// Counts the matches, up to [`MAX_COUNTED`]: through the index of prices if there is no other condition, otherwise among
    /// the tutors with a term.
    fn count(&self, conn: &mut AnyConnection, term: &Term) -> QueryResult<i64> {
        if let [Counted { condition: Condition::Price(prices), .. }] = self.conditions.as_slice() {
            return conditions::count_priced(conn, *prices, |walk| self.restrict(walk, "p.id", |_| true));
        }
        let walk = Statement::<BigInt>::new(
            "SELECT COUNT(*) FROM (SELECT 1 FROM tutor_terms t WHERE t.kind = ? AND t.term = ?",
        );
        let walk = walk.bind_all([term.kind.as_str(), &term.text]);
        let walk = self.restrict(walk, "t.tutor_id", |condition| condition.exact_term() == Some(term));
        let walk = walk.push(&format!(" ORDER BY t.tutor_id DESC LIMIT {MAX_COUNTED}) AS counted"));
        Ok(walk.first(conn)?.unwrap_or_default())
    }

    /// Returns the query for the ids of a page in an order by price. Behind a position, the tutors with the same price come
    /// first; they and the others are ranges of the index.
    fn by_price(&self, order: PriceOrder, slice: Slice) -> Statement<'_, BigInt> {
        let PriceOrder { price, direction, from, to } = order;
        let walk = Statement::new("SELECT id FROM (");
        let (walk, range) = match slice.after {
            None => (walk, self.prices),
            Some(after) => {
                let before = if self.prices.contains(after.sort) { after.id } else { i64::MIN };
                let ties =
                    walk.push(&order.select(&format!("{price} = ? AND p.id < ?"))).bind_all([after.sort, before]);
                (self.priced(ties, order, slice).push(" UNION ALL "), self.prices.after(self.sort, after.sort))
            }
        };
        let (first, last) = range.ends(self.sort);
        let others = walk.push(&order.select(&format!("{price} {from} ?"))).bind(first);
        let others = match last {
            None => others,
            Some(last) => others.push(&format!(" AND {price} {to} ?")).bind(last),
        };
        cut(self.priced(others, order, slice).push(") AS walked"), &format!("price {direction}, id DESC"), slice)
    }

    /// Completes a range of tutors by price.
    fn priced<'a>(&'a self, range: Statement<'a, BigInt>, order: PriceOrder, slice: Slice) -> Statement<'a, BigInt> {
        let PriceOrder { price, direction, .. } = order;
        let limit = limit(slice.offset + slice.wanted);
        self.restrict(range, "p.id", |condition| matches!(condition, Condition::Price(_)))
            .push(&format!(" ORDER BY {price} {direction}, p.id DESC LIMIT {limit}) AS part"))
    }
}

impl PriceOrder {
    /// Returns the beginning of the query for the ids and prices of the active tutors in a range.
    fn select(self, range: &str) -> String {
        format!(
            "SELECT * FROM (SELECT p.id AS id, {} AS price FROM tutor_profiles p CROSS JOIN users u \
             WHERE {range} AND u.id = p.user_id AND p.is_active AND u.is_active",
            self.price
        )
    }
}

/// Completes the query for the ids of a page among tutors that were walked.
fn cut<'a>(walk: Statement<'a, BigInt>, order: &str, slice: Slice) -> Statement<'a, BigInt> {
    let offset = i64::try_from(slice.offset).unwrap_or(i64::MAX);
    walk.push(&format!(" ORDER BY {order} LIMIT {} OFFSET ?", limit(slice.wanted))).bind(offset)
}
