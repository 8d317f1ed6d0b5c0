//! The conditions of a search: how many entries of an index meet each of them, and the SQL that tests it.

use astegni_domain::tutoring::{MAX_COUNTED, SortTutors, Term, TermKind, TutorFilter};
use diesel::QueryResult;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::order::{PRICE_DESCENDING, PriceRange};
use crate::connection::AnyConnection;
use crate::statement::{self, Parameter, Statement};

/// The number of entries in an index from which a condition is common. It is no larger than the number up to which matches
/// are counted, so that a rare condition has an exact number of matches.
pub(super) const COMMON: i64 = MAX_COUNTED;

/// A condition on a tutor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// A term.
    Exact(Term),
    /// A word in a range, both ends inclusive.
    Word { first: String, last: String },
    /// A price.
    Price(PriceRange),
}

/// A condition with the number of entries that an index has for it, counted up to [`COMMON`].
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) condition: Condition,
    pub(super) entries: i64,
}

impl Condition {
    /// Returns the term of a condition that is a single one. The index has its tutors in the order of their ids.
    pub(super) fn exact_term(&self) -> Option<&Term> {
        match self {
            Self::Exact(term) => Some(term),
            Self::Word { .. } | Self::Price(_) => None,
        }
    }

    /// Adds the query for the ids of the tutors who meet the condition.
    pub(super) fn select<'a, Columns>(&'a self, statement: Statement<'a, Columns>) -> Statement<'a, Columns> {
        let text = match self {
            Self::Exact(_) | Self::Word { .. } => {
                "SELECT DISTINCT tutor_id FROM tutor_terms WHERE kind = ? AND term BETWEEN ? AND ?".to_owned()
            }
            Self::Price(_) => format!("SELECT id FROM tutor_profiles WHERE {PRICE_DESCENDING} BETWEEN ? AND ?"),
        };
        self.bind(statement.push(&text))
    }

    /// Adds the condition on the tutor whose id an expression returns.
    ///
    /// A scalar subquery looks into the index for each tutor; `EXISTS` could become a join that reads the whole range.
    pub(super) fn require<'a, Columns>(
        &'a self,
        statement: Statement<'a, Columns>,
        id: &str,
    ) -> Statement<'a, Columns> {
        let text = match self {
            Self::Exact(_) | Self::Word { .. } => format!(
                " AND (SELECT 1 FROM tutor_terms WHERE tutor_id = {id} AND kind = ? AND term BETWEEN ? AND ? LIMIT 1) \
                 IS NOT NULL"
            ),
            Self::Price(_) => {
                format!(" AND (SELECT {PRICE_DESCENDING} FROM tutor_profiles WHERE id = {id}) BETWEEN ? AND ?")
            }
        };
        self.bind(statement.push(&text))
    }

    /// Binds the values of the condition.
    fn bind<'a, Columns>(&'a self, statement: Statement<'a, Columns>) -> Statement<'a, Columns> {
        match self {
            Self::Exact(term) => statement.bind_all([term.kind.as_str(), &term.text, &term.text]),
            Self::Word { first, last } => statement.bind_all([TermKind::Word.as_str(), first, last]),
            Self::Price(range) => statement.bind_all([range.lowest, range.highest]),
        }
    }
}

/// Looks up the conditions of a filter, the rarest first. Returns `None` if no tutor meets all of them.
pub(super) fn resolve(conn: &mut AnyConnection, filter: &TutorFilter) -> QueryResult<Option<Vec<Counted>>> {
    let Some(terms) = filter.terms() else { return Ok(None) };
    let prices = PriceRange::of(filter);
    let is_alone = terms.len() == 1 && prices.is_all() && filter.sort == SortTutors::Newest;
    let is_complete = terms.iter().all(|term| term.kind != TermKind::Word);
    let mut conditions = if is_alone && is_complete {
        // Walked in the order of its index, and counted there, however rare.
        terms.into_iter().map(|term| Counted { condition: Condition::Exact(term), entries: COMMON }).collect()
    } else {
        let Some(conditions) = resolve_terms(conn, &terms.into_iter().collect::<Vec<_>>())? else { return Ok(None) };
        conditions
    };
    if !prices.is_all() {
        conditions
            .push(Counted { condition: Condition::Price(prices), entries: count_priced(conn, prices, |walk| walk)? });
    }
    conditions.sort_by_key(|condition| condition.entries);
    let is_impossible = conditions.first().is_some_and(|rarest| rarest.entries == 0);
    Ok((!is_impossible).then_some(conditions))
}

/// A character that no word contains, and that follows all others.
const BEYOND: char = '\u{10FFFF}';

type FoundColumns = (BigInt, Nullable<Text>, Nullable<Text>, BigInt);
type FoundRow = (i64, Option<String>, Option<String>, i64);

/// Looks up the ranges of terms. Returns `None` if one is empty.
fn resolve_terms(conn: &mut AnyConnection, terms: &[Term]) -> QueryResult<Option<Vec<Counted>>> {
    if terms.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let range = "FROM tutor_terms WHERE kind = wanted.kind AND term >= wanted.low AND term <= wanted.high";
    let rows = statement::padded(terms.len());
    let text = format!(
        "WITH wanted(place, kind, low, high) AS (VALUES {}) \
         SELECT place, (SELECT MIN(term) {range}), (SELECT MAX(term) {range}), \
         (SELECT COUNT(*) FROM (SELECT 1 {range} ORDER BY term LIMIT {COMMON}) AS counted) FROM wanted WHERE place IS NOT NULL",
        statement::rows(rows, 4)
    );
    let ends: Vec<String> = terms.iter().map(end).collect();
    let mut statement = Statement::<FoundColumns>::new(text);
    for (place, (term, end)) in (0_i64..).zip(terms.iter().zip(&ends)) {
        statement = statement.bind(place).bind_all([term.kind.as_str(), &term.text, end]);
    }
    let text = Parameter::Text(None);
    let padding = std::iter::repeat_n([Parameter::BigInt(None), text, text, text], rows - terms.len());
    let found: Vec<FoundRow> = statement.bind_all(padding.flatten()).load(conn)?;
    let conditions = found.into_iter().map(|(place, first, last, entries)| {
        let kind = usize::try_from(place).ok().and_then(|place| terms.get(place))?.kind;
        let (first, last) = (first?, last?);
        let condition =
            if first == last { Condition::Exact(Term { kind, text: first }) } else { Condition::Word { first, last } };
        Some(Counted { condition, entries })
    });
    Ok(conditions.collect())
}

/// Returns the last term that a searched one can be found by.
fn end(term: &Term) -> String {
    match term.kind {
        TermKind::Word => format!("{}{BEYOND}", term.text),
        TermKind::Listed | TermKind::GradeLevel | TermKind::Subject => term.text.clone(),
    }
}

/// Counts the tutors with a price in a range, up to [`COMMON`], among those whom a further condition on `p.id` admits.
pub(super) fn count_priced<'a>(
    conn: &mut AnyConnection,
    prices: PriceRange,
    restrict: impl FnOnce(Statement<'a, BigInt>) -> Statement<'a, BigInt>,
) -> QueryResult<i64> {
    // PostgreSQL takes a range with two ends for so small that it would read and sort all of it.
    let walk = Statement::new(format!(
        "SELECT COUNT(*) FROM (SELECT {PRICE_DESCENDING} AS price FROM tutor_profiles p WHERE {PRICE_DESCENDING} >= ?"
    ));
    let end = format!(" ORDER BY {PRICE_DESCENDING} LIMIT {COMMON}) AS counted WHERE price <= ?");
    let count = restrict(walk.bind(prices.lowest)).push(&end).bind(prices.highest).first(conn)?;
    Ok(count.unwrap_or_default())
}
