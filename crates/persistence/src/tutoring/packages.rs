//! [`PackageRepository`] on Diesel. Writes of one tutor's packages hold the row lock of the tutor's profile.

use astegni_domain::RepositoryError;
use astegni_domain::ids::{PackageId, TutorId};
use astegni_domain::money::Money;
use astegni_domain::page::{Keyset, Page, PageRequest};
use astegni_domain::tutoring::{Package, PackageRepository, PackageTerms, check_active_packages};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use diesel::dsl::{exists, max, min};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Time, Timestamp};

use super::tutors::lock;
use crate::Database;
use crate::columns::{self, instant};
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::schema::{requested_sessions, tutor_packages, tutor_profiles};

/// The columns of [`PackageRow`].
pub(crate) const PACKAGE_COLUMNS: &str = "id, tutor_id, name, description, hourly_rate_cents, currency, subjects, \
    course_ids, grade_level, session_format, schedule_type, schedule_days, start_time, end_time, session_count, is_active, \
    created_at, updated_at";

/// The SQL type of [`PackageRow`].
#[rustfmt::skip]
pub(crate) type PackageColumns = (
    BigInt, BigInt, Text, Nullable<Text>, BigInt, Text, Text,
    Text, Text, Nullable<Text>, Text, Text, Nullable<Time>, Nullable<Time>, Nullable<Integer>, Bool,
    Timestamp, Timestamp,
);

#[derive(Queryable, Selectable)]
#[diesel(table_name = tutor_packages)]
pub(crate) struct PackageRow {
    id: i64,
    tutor_id: i64,
    name: String,
    description: Option<String>,
    hourly_rate_cents: i64,
    currency: String,
    subjects: String,
    course_ids: String,
    grade_level: String,
    session_format: Option<String>,
    schedule_type: String,
    schedule_days: String,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    session_count: Option<i32>,
    is_active: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

/// Reads a package from its row.
pub(crate) fn package(row: PackageRow) -> Result<Package, StoreError> {
    Ok(Package {
        id: PackageId::new(row.id),
        tutor_id: TutorId::new(row.tutor_id),
        terms: PackageTerms {
            name: row.name,
            description: row.description,
            hourly_rate: Money::from_cents(row.hourly_rate_cents),
            currency: columns::currency("tutor_packages.currency", &row.currency)?,
            subjects: columns::strings("tutor_packages.subjects", &row.subjects)?,
            course_ids: columns::integers("tutor_packages.course_ids", &row.course_ids)?,
            grade_level: columns::strings("tutor_packages.grade_level", &row.grade_level)?,
            session_format: row.session_format,
            schedule_type: columns::parse_column("tutor_packages.schedule_type", &row.schedule_type)?,
            schedule_days: columns::weekdays("tutor_packages.schedule_days", &row.schedule_days)?,
            start_time: row.start_time,
            end_time: row.end_time,
            session_count: columns::session_count(row.session_count),
            is_active: row.is_active,
        },
        created_at: instant(row.created_at),
        updated_at: instant(row.updated_at),
    })
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = tutor_packages)]
#[diesel(treat_none_as_null = true)]
struct TermsRow {
    name: String,
    description: Option<String>,
    hourly_rate_cents: i64,
    currency: String,
    subjects: String,
    course_ids: String,
    grade_level: String,
    session_format: Option<String>,
    schedule_type: &'static str,
    schedule_days: String,
    start_time: Option<NaiveTime>,
    end_time: Option<NaiveTime>,
    session_count: Option<i32>,
    is_active: bool,
    updated_at: NaiveDateTime,
}

fn terms_row(terms: PackageTerms, now: NaiveDateTime) -> TermsRow {
    TermsRow {
        name: terms.name,
        description: terms.description,
        hourly_rate_cents: terms.hourly_rate.cents(),
        currency: terms.currency.as_str().to_owned(),
        subjects: columns::json(terms.subjects),
        course_ids: columns::json(terms.course_ids),
        grade_level: columns::json(terms.grade_level),
        session_format: terms.session_format,
        schedule_type: terms.schedule_type.as_str(),
        schedule_days: columns::json_weekdays(&terms.schedule_days),
        start_time: terms.start_time,
        end_time: terms.end_time,
        session_count: terms.session_count.map(i32::from),
        is_active: terms.is_active,
        updated_at: now,
    }
}

#[async_trait]
impl PackageRepository for Database {
    async fn find(&self, id: PackageId) -> Result<Option<Package>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let row: Option<PackageRow> = tutor_packages::table
                    .find(id.get())
                    .filter(tutor_packages::archived_at.is_null())
                    .select(PackageRow::as_select())
                    .first(conn)
                    .optional()?;
                row.map(package).transpose()
            })
            .await?)
    }

    async fn list(
        &self,
        tutor: TutorId,
        active_only: bool,
        page: PageRequest,
    ) -> Result<Page<Package>, RepositoryError> {
        Ok(self
            .read(move |conn| {
                let (price, id) = (tutor_packages::hourly_rate_cents, tutor_packages::id);
                let mut query = tutor_packages::table
                    .filter(tutor_packages::tutor_id.eq(tutor.get()))
                    .filter(tutor_packages::archived_at.is_null())
                    .into_boxed();
                if active_only {
                    query = query.filter(tutor_packages::is_active.eq(true));
                }
                if let Some(after) = page.after {
                    query = query.filter(price.gt(after.sort).or(price.eq(after.sort).and(id.gt(after.id))));
                }
                let rows: Vec<PackageRow> =
                    query.order((price, id)).limit(page.size.overread()).select(PackageRow::as_select()).load(conn)?;
                let packages = rows.into_iter().map(package).collect::<Result<Vec<_>, _>>()?;
                Ok(Page::from_overread(packages, page.size, |package| Keyset {
                    sort: package.terms.hourly_rate.cents(),
                    id: package.id.get(),
                }))
            })
            .await?)
    }

    async fn count_active(&self, tutor: TutorId, except: Option<PackageId>) -> Result<i64, RepositoryError> {
        Ok(self.read(move |conn| count_active(conn, tutor, except)).await?)
    }

    async fn create(
        &self,
        tutor: TutorId,
        terms: PackageTerms,
        now: DateTime<Utc>,
    ) -> Result<Package, RepositoryError> {
        let created = self.write(move |conn| {
            lock(conn, tutor.get())?;
            guard_active(conn, tutor, None, &terms)?;
            let now = now.naive_utc();
            let id: i64 = diesel::insert_into(tutor_packages::table)
                .values((
                    terms_row(terms, now),
                    tutor_packages::tutor_id.eq(tutor.get()),
                    tutor_packages::created_at.eq(now),
                ))
                .returning(tutor_packages::id)
                .get_result(conn)?;
            refresh_prices(conn, tutor.get())?;
            read(conn, id)
        });
        Ok(created.await?)
    }

    async fn update(
        &self,
        seen: &Package,
        terms: PackageTerms,
        now: DateTime<Utc>,
    ) -> Result<Package, RepositoryError> {
        let (id, tutor, seen_at) = (seen.id, seen.tutor_id, seen.updated_at);
        let updated = self.write(move |conn| {
            lock(conn, tutor.get())?;
            guard_active(conn, tutor, Some(id), &terms)?;
            // Later than the version that it replaces even if the clock has not advanced, so that versions stay distinct.
            let at = now.max(seen_at + TimeDelta::microseconds(1)).naive_utc();
            let changed = diesel::update(stored(id, seen_at)).set(terms_row(terms, at)).execute(conn)?;
            if changed == 0 {
                return Err(StoreError::Conflict);
            }
            refresh_prices(conn, tutor.get())?;
            read(conn, id.get())
        });
        Ok(updated.await?)
    }

    async fn remove(&self, seen: &Package, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        let (id, tutor, seen_at) = (seen.id, seen.tutor_id, seen.updated_at);
        let removed = self.write(move |conn| {
            lock(conn, tutor.get())?;
            // Archiving takes the row's lock: a request that refers to the package was either written before and is
            // found below, or is written later and finds the package inactive.
            let archived = diesel::update(stored(id, seen_at))
                .set((tutor_packages::archived_at.eq(now.naive_utc()), tutor_packages::is_active.eq(false)))
                .execute(conn)?;
            if archived == 0 {
                return Err(StoreError::Conflict);
            }
            let in_use = requested_sessions::table.filter(requested_sessions::package_id.eq(id.get()));
            if !diesel::select(exists(in_use)).get_result::<bool>(conn)? {
                diesel::delete(tutor_packages::table.find(id.get())).execute(conn)?;
            }
            refresh_prices(conn, tutor.get())
        });
        Ok(removed.await?)
    }
}

/// Selects a package if it is still as it was at `seen_at`.
#[diesel::dsl::auto_type]
fn stored(id: PackageId, seen_at: DateTime<Utc>) -> _ {
    let (id, seen_at): (i64, NaiveDateTime) = (id.get(), seen_at.naive_utc());
    tutor_packages::table
        .filter(tutor_packages::id.eq(id))
        .filter(tutor_packages::updated_at.eq(seen_at))
        .filter(tutor_packages::archived_at.is_null())
}

fn count_active(conn: &mut AnyConnection, tutor: TutorId, except: Option<PackageId>) -> Result<i64, StoreError> {
    // No package has the id 0.
    let except = except.map_or(0, PackageId::get);
    Ok(tutor_packages::table
        .filter(tutor_packages::tutor_id.eq(tutor.get()))
        .filter(tutor_packages::is_active.eq(true))
        .filter(tutor_packages::id.ne(except))
        .count()
        .get_result(conn)?)
}

/// Repeats the check of active packages under the lock of the tutor's profile.
fn guard_active(
    conn: &mut AnyConnection,
    tutor: TutorId,
    except: Option<PackageId>,
    terms: &PackageTerms,
) -> Result<(), StoreError> {
    let active = count_active(conn, tutor, except)?;
    check_active_packages(terms, active).map_err(|_| StoreError::Conflict)
}

fn read(conn: &mut AnyConnection, id: i64) -> Result<Package, StoreError> {
    let row = tutor_packages::table.find(id).select(PackageRow::as_select()).first(conn)?;
    package(row)
}

/// Stores the prices that searches sort by, derived from the active packages. The caller holds the profile's lock.
fn refresh_prices(conn: &mut AnyConnection, tutor: i64) -> Result<(), StoreError> {
    let active =
        tutor_packages::table.filter(tutor_packages::tutor_id.eq(tutor)).filter(tutor_packages::is_active.eq(true));
    let (lowest, highest): (Option<i64>, Option<i64>) =
        active.select((min(tutor_packages::hourly_rate_cents), max(tutor_packages::hourly_rate_cents))).first(conn)?;
    let currency: Option<String> = active
        .order((tutor_packages::hourly_rate_cents, tutor_packages::id))
        .select(tutor_packages::currency)
        .first(conn)
        .optional()?;
    diesel::update(tutor_profiles::table.find(tutor))
        .set((
            tutor_profiles::price_min_cents.eq(lowest),
            tutor_profiles::price_max_cents.eq(highest),
            tutor_profiles::price_currency.eq(currency),
        ))
        .execute(conn)?;
    Ok(())
}
