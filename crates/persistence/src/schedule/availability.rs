//! [`AvailabilityRepository`] on Diesel.

use std::collections::BTreeMap;

use astegni_domain::RepositoryError;
use astegni_domain::ids::{TimeOffId, UserId};
use astegni_domain::page::{Page, PageRequest};
use astegni_domain::schedule::{
    Availability, AvailabilityRepository, ChangeFacts, DayWindow, Period, RecordedTimeOff, TimeOff, TimeOffPlan,
};
use async_trait::async_trait;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::{facts, time_off};
use crate::Database;
use crate::columns;
use crate::connection::AnyConnection;
use crate::error::StoreError;
use crate::statement::{self, Statement};

#[async_trait]
impl AvailabilityRepository for Database {
    async fn availability(&self, tutor: UserId) -> Result<Availability, RepositoryError> {
        Ok(self.read(move |conn| find(conn, tutor)).await?)
    }

    async fn set_availability(&self, tutor: UserId, availability: Availability) -> Result<(), RepositoryError> {
        Ok(self.write(move |conn| set(conn, tutor, &availability)).await?)
    }

    async fn time_off(&self, tutor: UserId, page: PageRequest) -> Result<Page<TimeOff>, RepositoryError> {
        Ok(self.read(move |conn| time_off::list(conn, tutor, page)).await?)
    }

    async fn taught_during(
        &self,
        tutor: UserId,
        period: Period,
        limit: usize,
    ) -> Result<Vec<ChangeFacts>, RepositoryError> {
        Ok(self.read(move |conn| facts::taught_during(conn, tutor, period, limit)).await?)
    }

    async fn add_time_off(&self, plan: TimeOffPlan) -> Result<Option<RecordedTimeOff>, RepositoryError> {
        Ok(self.write(move |conn| time_off::add(conn, &plan)).await?)
    }

    async fn remove_time_off(&self, tutor: UserId, id: TimeOffId) -> Result<bool, RepositoryError> {
        Ok(self.write(move |conn| time_off::remove(conn, tutor, id)).await?)
    }
}

/// The stored windows of each day, in minutes since midnight.
type Windows = BTreeMap<String, Vec<(u16, u16)>>;

fn find(conn: &mut AnyConnection, tutor: UserId) -> Result<Availability, StoreError> {
    type Columns = (
        Text,
        Nullable<(Text, Text, Text, Integer, Integer, Nullable<Integer>, Nullable<Integer>, Nullable<Integer>, BigInt)>,
    );
    type Row = (String, Option<(String, String, String, i32, i32, Option<i32>, Option<i32>, Option<i32>, i64)>);
    let text = "SELECT u.time_zone, a.time_zone, a.weekly, a.overrides, a.buffer_minutes, a.minimum_notice_hours, \
        a.cancellation_notice_hours, a.max_per_day, a.max_per_week, a.version \
        FROM users u LEFT JOIN tutor_availability a ON a.user_id = u.id WHERE u.id = ?";
    let row: Option<Row> = Statement::<Columns>::new(text).bind(tutor.get()).first(conn)?;
    let (account_zone, set) = row.ok_or_else(|| StoreError::missing_row("users", tutor.get()))?;
    let Some((zone, weekly, overrides, buffer, notice, cancellation, day, week, version)) = set else {
        return Ok(Availability::unlimited(columns::zone("users.time_zone", &account_zone)?));
    };
    let number = |value: i32| u16::try_from(value).unwrap_or(u16::MAX);
    Ok(Availability {
        time_zone: columns::zone("tutor_availability.time_zone", &zone)?,
        weekly: parse("tutor_availability.weekly", &weekly)?,
        overrides: parse("tutor_availability.overrides", &overrides)?,
        buffer_minutes: number(buffer),
        minimum_notice_hours: number(notice),
        cancellation_notice_hours: cancellation.map(number),
        max_per_day: day.map(number),
        max_per_week: week.map(number),
        version,
    })
}

fn set(conn: &mut AnyConnection, tutor: UserId, availability: &Availability) -> Result<(), StoreError> {
    let (weekly, overrides) = (json(&availability.weekly), json(&availability.overrides));
    let number = |value: u16| i32::from(value);
    let columns = [
        ("user_id", tutor.get().into()),
        ("time_zone", availability.time_zone.name().into()),
        ("weekly", weekly.as_str().into()),
        ("overrides", overrides.as_str().into()),
        ("buffer_minutes", number(availability.buffer_minutes).into()),
        ("minimum_notice_hours", number(availability.minimum_notice_hours).into()),
        ("cancellation_notice_hours", availability.cancellation_notice_hours.map(number).into()),
        ("max_per_day", availability.max_per_day.map(number).into()),
        ("max_per_week", availability.max_per_week.map(number).into()),
        ("version", availability.version.into()),
    ];
    let (names, places) = statement::listed(&columns);
    let assignments: Vec<String> =
        columns.iter().skip(1).map(|(name, _)| format!("{name} = excluded.{name}")).collect();
    // The first version is inserted, any other one replaces the one before.
    let text = format!(
        "INSERT INTO tutor_availability ({names}) SELECT {places} \
         WHERE ? = 1 OR EXISTS (SELECT 1 FROM tutor_availability WHERE user_id = ?) \
         ON CONFLICT (user_id) DO UPDATE SET {} WHERE tutor_availability.version = excluded.version - 1",
        assignments.join(", ")
    );
    let statement = Statement::<()>::new(text).bind_all(columns.map(|(_, value)| value));
    let written = statement.bind_all([availability.version, tutor.get()]).execute(conn)?;
    if written == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

fn parse<Day: std::str::FromStr + Ord>(
    column: &'static str,
    json: &str,
) -> Result<BTreeMap<Day, Vec<DayWindow>>, StoreError> {
    let corrupt = || StoreError::Corrupt { column, value: json.to_owned() };
    let days: Windows = serde_json::from_str(json).map_err(|_| corrupt())?;
    let window = |(start, end): (u16, u16)| DayWindow::new(start, end).map_err(|_| corrupt());
    days.into_iter()
        .map(|(day, windows)| {
            let windows = windows.into_iter().map(window).collect::<Result<_, _>>()?;
            Ok((columns::parse_column(column, &day)?, windows))
        })
        .collect()
}

fn json<Day: ToString>(days: &BTreeMap<Day, Vec<DayWindow>>) -> String {
    let windows = |windows: &Vec<DayWindow>| windows.iter().map(|window| (window.start(), window.end())).collect();
    let days: Windows = days.iter().map(|(day, of_day)| (day.to_string(), windows(of_day))).collect();
    // A map of numbers can always be written.
    serde_json::to_string(&days).unwrap_or_default()
}
