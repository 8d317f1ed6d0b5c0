//! [`TutorRepository`] on Diesel: profiles.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{TutorId, UserId};
use astegni_domain::page::CountedPage;
use astegni_domain::tutoring::{TutorCard, TutorChanges, TutorProfile, TutorRepository, TutorSearch};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::search;
use super::terms::refresh_terms;
use crate::Database;
use crate::columns::{self, instant, nullable};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{tutor_profiles, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = tutor_profiles)]
pub(super) struct TutorRow {
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
pub(super) struct TutorUserRow {
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

/// The columns of [`TutorRow`] of a profile `p`, then those of [`TutorUserRow`] of its user `u`.
pub(super) const COLUMNS: &str = "p.id, p.user_id, p.bio, p.quote, p.subjects, p.languages, p.grade_levels, \
    p.session_format, p.location, p.is_active, p.price_min_cents, p.price_max_cents, p.price_currency, p.created_at, \
    p.updated_at, u.first_name, u.last_name, u.father_name, u.grandfather_name, u.display_name, u.username, \
    u.profile_picture, u.time_zone, u.is_active";

/// The SQL types of [`TutorRow`] and [`TutorUserRow`].
#[rustfmt::skip]
pub(super) type CardColumns = (
    (
        BigInt, BigInt, Nullable<Text>, Nullable<Text>, Text, Text, Text,
        Nullable<Text>, Nullable<Text>, Bool, Nullable<BigInt>, Nullable<BigInt>, Nullable<Text>, Timestamp,
        Timestamp,
    ),
    (
        Nullable<Text>, Nullable<Text>, Nullable<Text>, Nullable<Text>, Text, Nullable<Text>,
        Nullable<Text>, Text, Bool,
    ),
);

/// Reads a tutor from the rows of the profile and its user.
pub(super) fn card((tutor, user): (TutorRow, TutorUserRow)) -> Result<TutorCard, StoreError> {
    let currency = tutor.price_currency.as_deref();
    Ok(TutorCard {
        price: columns::money(tutor.price_min_cents),
        price_max: columns::money(tutor.price_max_cents),
        currency: columns::parse_optional_column("tutor_profiles.price_currency", currency)?,
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

/// Returns a profile, if it exists.
pub(super) fn find(conn: &mut AnyConnection, id: i64) -> Result<Option<TutorProfile>, StoreError> {
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
#[expect(clippy::option_option, reason = "a changeset skips None and sets NULL for Some(None)")]
struct ChangesRow {
    bio: Option<Option<String>>,
    quote: Option<Option<String>>,
    subjects: Option<String>,
    languages: Option<String>,
    grade_levels: Option<String>,
    session_format: Option<Option<String>>,
    location: Option<Option<String>>,
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
                bio: nullable(changes.bio),
                quote: nullable(changes.quote),
                subjects: changes.subjects.map(columns::json),
                languages: changes.languages.map(columns::json),
                grade_levels: changes.grade_levels.map(columns::json),
                session_format: nullable(changes.session_format),
                location: nullable(changes.location),
                updated_at: now.naive_utc(),
            };
            // The user's row is locked before the profile's, as everywhere.
            if let Some(zone) = changes.time_zone {
                let own = tutor_profiles::table.find(id.get()).select(tutor_profiles::user_id);
                diesel::update(users::table.filter(users::id.eq_any(own)))
                    .set(users::time_zone.eq(zone.name()))
                    .execute(conn)?;
            }
            diesel::update(tutor_profiles::table.find(id.get())).set(row).execute(conn)?;
            refresh_terms(conn, id.get())?;
            find(conn, id.get())?.ok_or(StoreError::Conflict)
        });
        Ok(updated.await?)
    }

    async fn search(
        &self,
        viewer: Option<UserId>,
        search: TutorSearch,
    ) -> Result<CountedPage<TutorCard>, RepositoryError> {
        Ok(self.read(move |conn| search::run(conn, viewer, &search)).await?)
    }
}

/// Locks a profile's row until the transaction ends, by an update that changes nothing. Columns derived from the
/// profile, its user or its packages are then derived from their final values.
pub(super) fn lock(conn: &mut AnyConnection, tutor: i64) -> Result<(), StoreError> {
    let locked = diesel::update(tutor_profiles::table.find(tutor))
        .set(tutor_profiles::updated_at.eq(tutor_profiles::updated_at))
        .execute(conn)?;
    if locked == 0 {
        return Err(StoreError::Corrupt { column: "tutor_profiles.id", value: format!("no row {tutor}") });
    }
    Ok(())
}
