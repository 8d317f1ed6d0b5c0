//! Searches for tutors.

use astegni_domain::connections::Kind;
use astegni_domain::ids::UserId;
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, Keyset, Page, PageRequest};
use astegni_domain::text::fold;
use astegni_domain::tutoring::{MAX_COUNTED, SearchPosition, SortTutors, TutorCard, TutorFilter, TutorSearch};
use diesel::prelude::*;

use super::tutors::{TutorRow, TutorUserRow, card};
use crate::columns;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connections, tutor_profiles, users};

/// Returns a page of the tutors that match a search.
pub(super) fn run(
    conn: &mut AnyConnection,
    viewer: Option<UserId>,
    search: &TutorSearch,
) -> Result<CountedPage<TutorCard>, StoreError> {
    let TutorSearch { filter, position } = search;
    let viewer = viewer.map(UserId::get);
    // Counting all matches would cost more than finding the page, the more so the larger the platform.
    let counted: Vec<i64> = matching(viewer, filter).select(tutor_profiles::id).limit(MAX_COUNTED).load(conn)?;
    let total = i64::try_from(counted.len()).unwrap_or(MAX_COUNTED);
    let (request, offset) = match *position {
        SearchPosition::Keyset(request) => (request, 0),
        SearchPosition::Numbered(request, number) => {
            (request, i64::from(number.saturating_sub(1)).saturating_mul(request.size.overread() - 1))
        }
    };
    let cards = sorted(matching(viewer, filter), filter.sort, request)
        .select((TutorRow::as_select(), TutorUserRow::as_select()))
        .limit(request.size.overread())
        .offset(offset)
        .load::<(TutorRow, TutorUserRow)>(conn)?
        .into_iter()
        .map(card)
        .collect::<Result<Vec<_>, _>>()?;
    let page = Page::from_overread(cards, request.size, |card| keyset(card, filter.sort));
    Ok(CountedPage { page, total })
}

type Tutors<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<tutor_profiles::table, users::table>,
    <AnyConnection as diesel::Connection>::Backend,
>;

/// Selects the active tutors that match a filter, without those who blocked the viewer or whom the viewer blocked.
fn matching(viewer: Option<i64>, filter: &TutorFilter) -> Tutors<'static> {
    let mut query = tutor_profiles::table
        .inner_join(users::table)
        .filter(tutor_profiles::is_active.eq(true))
        .filter(users::is_active.eq(true))
        .into_boxed();
    if let Some(viewer) = viewer {
        let is_block = || connections::connection_type.eq(Kind::Block.as_str());
        let given = connections::table.filter(connections::user_id_1.eq(viewer)).filter(is_block());
        let received = connections::table.filter(connections::user_id_2.eq(viewer)).filter(is_block());
        query = query
            .filter(tutor_profiles::user_id.ne_all(given.select(connections::user_id_2)))
            .filter(tutor_profiles::user_id.ne_all(received.select(connections::user_id_1)));
    }
    if let Some(search) = &filter.search {
        query = query.filter(tutor_profiles::search_folded.like(columns::containing(&fold(search))).escape('\\'));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(tutor_profiles::subjects_folded.like(columns::containing(&entry(subject))).escape('\\'));
    }
    if let Some(grade) = &filter.grade_level {
        query = query.filter(tutor_profiles::grade_levels_folded.like(columns::containing(&entry(grade))).escape('\\'));
    }
    if let Some(price) = filter.min_price {
        query = query.filter(tutor_profiles::price_min_cents.ge(price.cents()));
    }
    if let Some(price) = filter.max_price {
        query = query.filter(tutor_profiles::price_min_cents.le(price.cents()));
    }
    query
}

/// Tutors without a price come last in both orders, so that a missing price counts as one beyond all others.
const NO_PRICE_ASCENDING: i64 = i64::MAX;
const NO_PRICE_DESCENDING: i64 = -1;

diesel::define_sql_function! {
    /// Returns the first of two values that is not null.
    fn coalesce(value: diesel::sql_types::Nullable<diesel::sql_types::BigInt>, otherwise: diesel::sql_types::BigInt)
        -> diesel::sql_types::BigInt;
}

fn sorted(query: Tutors<'static>, sort: SortTutors, page: PageRequest) -> Tutors<'static> {
    match sort {
        SortTutors::Newest => {
            let query = query.order(tutor_profiles::id.desc());
            match page.after {
                Some(after) => query.filter(tutor_profiles::id.lt(after.id)),
                None => query,
            }
        }
        SortTutors::PriceAscending => {
            let price = || coalesce(tutor_profiles::price_min_cents, NO_PRICE_ASCENDING);
            let query = query.order((price().asc(), tutor_profiles::id.desc()));
            match page.after {
                Some(after) => {
                    query.filter(price().gt(after.sort).or(price().eq(after.sort).and(tutor_profiles::id.lt(after.id))))
                }
                None => query,
            }
        }
        SortTutors::PriceDescending => {
            let price = || coalesce(tutor_profiles::price_min_cents, NO_PRICE_DESCENDING);
            let query = query.order((price().desc(), tutor_profiles::id.desc()));
            match page.after {
                Some(after) => {
                    query.filter(price().lt(after.sort).or(price().eq(after.sort).and(tutor_profiles::id.lt(after.id))))
                }
                None => query,
            }
        }
    }
}

fn keyset(card: &TutorCard, sort: SortTutors) -> Keyset {
    let price = card.price.map(Money::cents);
    let sort = match sort {
        SortTutors::Newest => card.profile.id.get(),
        SortTutors::PriceAscending => price.unwrap_or(NO_PRICE_ASCENDING),
        SortTutors::PriceDescending => price.unwrap_or(NO_PRICE_DESCENDING),
    };
    Keyset { sort, id: card.profile.id.get() }
}

/// Returns an entry of a list in the format of the folded column.
fn entry(text: &str) -> String {
    format!("|{}|", fold(text).replace('|', " "))
}

/// Returns a list in the format of the folded column, so that whole entries can be searched for.
pub(crate) fn folded_list(entries: &[String]) -> String {
    entries.iter().fold("|".to_owned(), |list, entry| list + &fold(entry).replace('|', " ") + "|")
}
