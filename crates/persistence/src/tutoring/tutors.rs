//! [`TutorRepository`] on Diesel.

use astegni_domain::RepositoryError;
use astegni_domain::connections::Kind;
use astegni_domain::ids::{TutorId, UserId};
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::text::fold;
use astegni_domain::tutoring::{
    SortTutors, TutorCard, TutorChanges, TutorFilter, TutorPage, TutorProfile, TutorRepository,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{connections, tutor_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = tutor_profiles)]
struct TutorRow {
    id: i64,
    user_id: i64,
    bio: Option<String>,
    quote: Option<String>,
    subjects: String,
    languages: String,
    grade_levels: String,
    session_format: Option<String>,
    location: Option<String>,
    is_active: bool,
    price_min_cents: Option<i64>,
    price_max_cents: Option<i64>,
    price_currency: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct TutorUserRow {
    first_name: Option<String>,
    last_name: Option<String>,
    father_name: Option<String>,
    grandfather_name: Option<String>,
    display_name: String,
    username: Option<String>,
    profile_picture: Option<String>,
    time_zone: String,
    is_active: bool,
}

fn card((tutor, user): (TutorRow, TutorUserRow)) -> Result<TutorCard, StoreError> {
    let currency = tutor.price_currency.as_deref();
    Ok(TutorCard {
        price: columns::money(tutor.price_min_cents),
        price_max: columns::money(tutor.price_max_cents),
        currency: columns::optional_word("tutor_profiles.price_currency", currency)?,
        profile: TutorProfile {
            id: TutorId::new(tutor.id),
            user_id: UserId::new(tutor.user_id),
            first_name: user.first_name,
            last_name: user.last_name,
            father_name: user.father_name,
            grandfather_name: user.grandfather_name,
            name: user.display_name,
            username: user.username,
            profile_picture: user.profile_picture,
            bio: tutor.bio,
            quote: tutor.quote,
            subjects: columns::strings("tutor_profiles.subjects", &tutor.subjects)?,
            languages: columns::strings("tutor_profiles.languages", &tutor.languages)?,
            grade_levels: columns::strings("tutor_profiles.grade_levels", &tutor.grade_levels)?,
            time_zone: columns::zone("users.time_zone", &user.time_zone)?,
            session_format: tutor.session_format,
            location: tutor.location,
            is_active: tutor.is_active && user.is_active,
            created_at: instant(tutor.created_at),
            updated_at: instant(tutor.updated_at),
        },
    })
}

fn find(conn: &mut AnyConnection, id: i64) -> Result<Option<TutorProfile>, StoreError> {
    let row: Option<(TutorRow, TutorUserRow)> = tutor_profiles::table
        .inner_join(users::table)
        .filter(tutor_profiles::id.eq(id))
        .select((TutorRow::as_select(), TutorUserRow::as_select()))
        .first(conn)
        .optional()?;
    Ok(row.map(card).transpose()?.map(|card| card.profile))
}

#[derive(AsChangeset)]
#[diesel(table_name = tutor_profiles)]
struct ChangesRow {
    bio: Option<String>,
    quote: Option<String>,
    subjects: Option<String>,
    languages: Option<String>,
    grade_levels: Option<String>,
    session_format: Option<String>,
    location: Option<String>,
    updated_at: NaiveDateTime,
}

#[async_trait]
impl TutorRepository for Database {
    async fn find(&self, id: TutorId) -> Result<Option<TutorProfile>, RepositoryError> {
        Ok(self.read(move |conn| find(conn, id.get())).await?)
    }

    async fn update(
        &self,
        id: TutorId,
        changes: TutorChanges,
        now: DateTime<Utc>,
    ) -> Result<TutorProfile, RepositoryError> {
        let updated = self.write(move |conn| {
            let row = ChangesRow {
                bio: changes.bio,
                quote: changes.quote,
                subjects: changes.subjects.map(columns::json),
                languages: changes.languages.map(columns::json),
                grade_levels: changes.grade_levels.map(columns::json),
                session_format: changes.session_format,
                location: changes.location,
                updated_at: now.naive_utc(),
            };
            // The user's row before the profile's, as everywhere.
            if let Some(zone) = changes.time_zone {
                let own = tutor_profiles::table.find(id.get()).select(tutor_profiles::user_id);
                diesel::update(users::table.filter(users::id.eq_any(own)))
                    .set(users::time_zone.eq(zone.name()))
                    .execute(conn)?;
            }
            diesel::update(tutor_profiles::table.find(id.get())).set(row).execute(conn)?;
            refresh_search(conn, id.get())?;
            find(conn, id.get())?.ok_or(StoreError::Conflict)
        });
        Ok(updated.await?)
    }

    async fn search(
        &self,
        viewer: Option<UserId>,
        filter: TutorFilter,
        page: TutorPage,
    ) -> Result<(Page<TutorCard>, i64), RepositoryError> {
        Ok(self
            .read(move |conn| {
                let viewer = viewer.map(UserId::get);
                let total = matching(viewer, &filter).count().get_result(conn)?;
                let (request, offset) = match page {
                    TutorPage::Keyset(request) => (request, 0),
                    TutorPage::Numbered(request, number) => {
                        (request, i64::from(number.saturating_sub(1)).saturating_mul(request.size.overread() - 1))
                    }
                };
                let cards = sorted(matching(viewer, &filter), filter.sort, request)
                    .select((TutorRow::as_select(), TutorUserRow::as_select()))
                    .limit(request.size.overread())
                    .offset(offset)
                    .load::<(TutorRow, TutorUserRow)>(conn)?
                    .into_iter()
                    .map(card)
                    .collect::<Result<Vec<_>, _>>()?;
                Ok((Page::from_overread(cards, request.size, |card| keyset(card, filter.sort)), total))
            })
            .await?)
    }
}

type Tutors<'a> = diesel::helper_types::IntoBoxed<
    'a,
    diesel::helper_types::InnerJoin<tutor_profiles::table, users::table>,
    <AnyConnection as diesel::Connection>::Backend,
>;

/// The active tutors that a filter finds, but those with whom a block stands.
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

/// Who has no price comes last either way, so the missing price counts as one beyond all others.
const NO_PRICE_ASCENDING: i64 = i64::MAX;
const NO_PRICE_DESCENDING: i64 = -1;

diesel::define_sql_function! {
    /// The first of two that is not null.
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
    let price = card.price.map(astegni_domain::money::Money::cents);
    let sort = match sort {
        SortTutors::Newest => card.profile.id.get(),
        SortTutors::PriceAscending => price.unwrap_or(NO_PRICE_ASCENDING),
        SortTutors::PriceDescending => price.unwrap_or(NO_PRICE_DESCENDING),
    };
    Keyset { sort, id: card.profile.id.get() }
}

/// An entry of a list as it stands in the folded column.
fn entry(text: &str) -> String {
    format!("|{}|", fold(text).replace('|', " "))
}

fn folded_list(entries: &[String]) -> String {
    entries.iter().fold("|".to_owned(), |list, entry| list + &fold(entry).replace('|', " ") + "|")
}

/// Takes a profile's row lock by a write that changes nothing, so that what is derived next is derived from
/// what stays.
pub(super) fn lock(conn: &mut AnyConnection, tutor: i64) -> Result<(), StoreError> {
    diesel::update(tutor_profiles::table.find(tutor))
        .set(tutor_profiles::updated_at.eq(tutor_profiles::updated_at))
        .execute(conn)?;
    Ok(())
}

/// Keeps what a search looks into as the profile and its user's names are now.
pub(crate) fn refresh_search(conn: &mut AnyConnection, tutor: i64) -> Result<(), StoreError> {
    lock(conn, tutor)?;
    let Some(profile) = find(conn, tutor)? else { return Ok(()) };
    let words = [Some(profile.name), profile.username, profile.bio, Some(profile.subjects.join(" "))];
    let search = words.into_iter().flatten().map(|text| fold(&text)).collect::<Vec<_>>().join("\n");
    diesel::update(tutor_profiles::table.find(tutor))
        .set((
            tutor_profiles::search_folded.eq(search),
            tutor_profiles::subjects_folded.eq(folded_list(&profile.subjects)),
            tutor_profiles::grade_levels_folded.eq(folded_list(&profile.grade_levels)),
        ))
        .execute(conn)?;
    Ok(())
}
