//! Conversion between columns and the types of the domain.

use std::str::FromStr;

use astegni_domain::change::Change;
use astegni_domain::money::{Currency, Money};
use astegni_domain::schedule::{parse_weekday, weekday_name};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::error::StoreError;

/// Parses the stored name of an enum variant or of a time zone.
pub(crate) fn parse_column<T: FromStr>(column: &'static str, value: &str) -> Result<T, StoreError> {
    value.parse().map_err(|_| StoreError::Corrupt { column, value: value.to_owned() })
}

/// Parses the stored name of an enum variant in a nullable column.
pub(crate) fn parse_optional_column<T: FromStr>(
    column: &'static str,
    value: Option<&str>,
) -> Result<Option<T>, StoreError> {
    value.map(|value| parse_column(column, value)).transpose()
}

/// Parses the IANA name of a time zone.
pub(crate) fn zone(column: &'static str, value: &str) -> Result<Tz, StoreError> {
    parse_column(column, value)
}

/// Reads a stored timestamp, which is always UTC.
pub(crate) fn instant(value: NaiveDateTime) -> DateTime<Utc> {
    value.and_utc()
}

/// Returns the timestamp of a keyset cursor, given in microseconds since the epoch. Values outside the range that both
/// databases compare alike are clamped to it; no row lies beyond.
pub(crate) fn instant_of(micros: i64) -> NaiveDateTime {
    const YEAR_1900: i64 = -2_208_988_800_000_000;
    const YEAR_2300: i64 = 10_413_792_000_000_000;
    DateTime::from_timestamp_micros(micros.clamp(YEAR_1900, YEAR_2300)).unwrap_or_default().naive_utc()
}

/// Reads an amount that is stored in hundredths.
pub(crate) fn money(value: Option<i64>) -> Option<Money> {
    value.map(Money::from_cents)
}

/// Reads the number of sessions of a package, which the database bounds.
pub(crate) fn session_count(value: Option<i32>) -> Option<u16> {
    value.and_then(|count| u16::try_from(count).ok())
}

/// Parses a three-letter currency code.
pub(crate) fn currency(column: &'static str, value: &str) -> Result<Currency, StoreError> {
    parse_column(column, value)
}

/// Parses a JSON array of strings.
pub(crate) fn strings(column: &'static str, json: &str) -> Result<Vec<String>, StoreError> {
    list(column, json)
}

/// Parses a JSON array of integers.
pub(crate) fn integers(column: &'static str, json: &str) -> Result<Vec<i64>, StoreError> {
    list(column, json)
}

/// Parses a JSON array of civil dates.
pub(crate) fn dates(column: &'static str, json: &str) -> Result<Vec<NaiveDate>, StoreError> {
    list::<String>(column, json)?.iter().map(|date| parse_column(column, date)).collect()
}

/// Parses a JSON array of English weekday names.
pub(crate) fn weekdays(column: &'static str, json: &str) -> Result<Vec<Weekday>, StoreError> {
    let corrupt = |value: &str| StoreError::Corrupt { column, value: value.to_owned() };
    list::<String>(column, json)?.iter().map(|day| parse_weekday(day).map_err(|_| corrupt(day))).collect()
}

fn list<T: serde::de::DeserializeOwned>(column: &'static str, json: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt { column, value: json.to_owned() })
}

/// Writes a JSON array.
pub(crate) fn json<T: Into<serde_json::Value>>(items: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::Array(items.into_iter().map(Into::into).collect()).to_string()
}

/// Writes a JSON array of English weekday names.
pub(crate) fn json_weekdays(days: &[Weekday]) -> String {
    json(days.iter().map(|day| weekday_name(*day)))
}

/// Writes a JSON array of civil dates.
pub(crate) fn json_dates(dates: &[NaiveDate]) -> String {
    json(dates.iter().map(ToString::to_string))
}

/// Returns the value of a changeset for a change of a nullable column.
#[expect(clippy::option_option, reason = "a changeset skips None and sets NULL for Some(None)")]
pub(crate) fn nullable<T>(change: Change<T>) -> Option<Option<T>> {
    match change {
        Change::Keep => None,
        Change::Clear => Some(None),
        Change::Set(value) => Some(Some(value)),
    }
}

/// Returns the `LIKE` pattern for values that begin with a text, with wildcards in the text escaped by a backslash.
pub(crate) fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
