//! Searches for tutors, by the rule `TutorFilter::matches` of the domain.
//!
//! Each condition is first looked up in its index. If the rarest is met by few tutors, they are read, sorted and counted here.
//! Otherwise, the tutors are walked in the order of the result until the page is full: those of a term, or all, newest first,
//! or by price. Both cost the same in a large platform as in a small one, and so do the matches, which are counted up to
//! [`MAX_COUNTED`]. Conditions that many tutors meet, but hardly any of them together or at the beginning of an order by price, are
//! the exception.

mod conditions;
mod gather;
mod order;
mod walk;

use astegni_domain::ids::UserId;
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, Keyset, Page, PageRequest};
use astegni_domain::tutoring::{MAX_COUNTED, SearchPosition, SortTutors, TutorCard, TutorSearch};
use diesel::sql_types::BigInt;

use self::conditions::{COMMON, Condition, Counted};
use self::order::PriceRange;
use super::tutors::{COLUMNS, CardColumns, TutorRow, TutorUserRow, card};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::{Statement, With};

/// A search whose conditions are known.
#[derive(Debug)]
struct Search {
    viewer: Option<i64>,
    sort: SortTutors,
    prices: PriceRange,
    /// The conditions, the rarest first.
    conditions: Vec<Counted>,
}

/// The place of a page in a result.
#[derive(Debug, Clone, Copy)]
struct Slice {
    /// The position behind which the page begins.
    after: Option<Keyset>,
    /// The number of tutors to skip after that position.
    offset: usize,
    /// The number of tutors to read.
    wanted: usize,
}

/// Returns a page of the tutors that match a search.
pub(super) fn run(
    conn: &mut AnyConnection,
    viewer: Option<UserId>,
    search: &TutorSearch,
) -> Result<CountedPage<TutorCard>, StoreError> {
    let TutorSearch { filter, position } = search;
    let (request, slice) = slice(*position);
    let Some(conditions) = conditions::resolve(conn, filter)? else {
        return Ok(CountedPage { page: Page { items: Vec::new(), next: None }, total: 0 });
    };
    let viewer = viewer.map(UserId::get);
    let search = Search { viewer, sort: filter.sort, prices: PriceRange::of(filter), conditions };
    let (mut cards, total) = match search.rare_condition() {
        Some(rare) => gather::read(conn, &search, rare, slice)?,
        None => walk::read(conn, &search, slice)?,
    };
    cards.sort_by_key(|card| order::rank(search.sort, position_of(card, search.sort)));
    cards.truncate(slice.wanted);
    let page = Page::from_overread(cards, request.size, |card| position_of(card, search.sort));
    Ok(CountedPage { page, total: total.min(MAX_COUNTED) })
}

fn slice(position: SearchPosition) -> (PageRequest, Slice) {
    let (request, skipped_pages) = match position {
        SearchPosition::Keyset(request) => (request, 0),
        SearchPosition::Numbered(request, number) => (request, number.saturating_sub(1)),
    };
    let offset = usize::try_from(skipped_pages).unwrap_or(usize::MAX).saturating_mul(request.size.get());
    (request, Slice { after: request.after, offset, wanted: request.size.get() + 1 })
}

fn position_of(card: &TutorCard, sort: SortTutors) -> Keyset {
    order::keyset(sort, card.profile.id.get(), card.price.map(Money::cents))
}

impl Search {
    /// Returns the condition whose tutors are few enough to be read as a whole, if there is one. Those with a single term are
    /// walked instead, because its index has them in order.
    fn rare_condition(&self) -> Option<&Condition> {
        let rarest = self.conditions.first().filter(|rarest| rarest.entries < COMMON)?;
        let is_alone = self.conditions.len() == 1 && self.sort == SortTutors::Newest;
        let is_walked = is_alone && rarest.condition.exact_term().is_some();
        (!is_walked).then_some(&rarest.condition)
    }

    /// Adds the conditions, except those that the path to the tutors implies, on the tutor whose id an expression returns, and
    /// leaves out those who blocked the viewer or whom the viewer blocked.
    fn restrict<'a, Columns>(
        &'a self,
        statement: Statement<'a, Columns>,
        id: &str,
        is_implied: impl Fn(&Condition) -> bool,
    ) -> Statement<'a, Columns> {
        let conditions = self.conditions.iter().map(|counted| &counted.condition);
        let open = conditions.filter(|condition| !is_implied(condition));
        let restricted = open.fold(statement, |statement, condition| condition.require(statement, id));
        let Some(viewer) = self.viewer else { return restricted };
        let blocked = |own: &str, other: &str| {
            format!(
                "SELECT b.id FROM connections c JOIN tutor_profiles b ON b.user_id = c.{other} \
                 WHERE c.{own} = ? AND c.connection_type = 'block' AND c.status = 'accepted'"
            )
        };
        let (given, received) = (blocked("user_id_1", "user_id_2"), blocked("user_id_2", "user_id_1"));
        restricted.push(&format!(" AND {id} NOT IN ({given} UNION ALL {received})")).bind_all([viewer, viewer])
    }
}

/// Loads the cards of the tutors whose ids a query returns, in any order.
fn cards(conn: &mut AnyConnection, ids: Statement<'_, BigInt>) -> Result<Vec<TutorCard>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM found CROSS JOIN tutor_profiles p CROSS JOIN users u WHERE p.id = found.id AND u.id = p.user_id"
    );
    let statement = With::new("found(id)", ids).then(Statement::<CardColumns>::new(text));
    let rows: Vec<(TutorRow, TutorUserRow)> = statement.load(conn)?;
    rows.into_iter().map(card).collect()
}
