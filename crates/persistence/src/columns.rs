//! From columns to the domain's types and back.

use std::str::FromStr;

use astegni_domain::money::{Currency, Money};
use astegni_domain::schedule::{parse_weekday, weekday_name};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;

use crate::error::StoreError;

/// A word that must be one of an enum's.
pub(crate) fn word<T: FromStr>(column: &'static str, value: &str) -> Result<T, StoreError> {
    value.parse().map_err(|_| StoreError::Corrupt { column, value: value.to_owned() })
}

/// A word that may be missing.
pub(crate) fn optional_word<T: FromStr>(column: &'static str, value: Option<&str>) -> Result<Option<T>, StoreError> {
    value.map(|value| word(column, value)).transpose()
}

/// The name of a time zone.
pub(crate) fn zone(column: &'static str, value: &str) -> Result<Tz, StoreError> {
    word(column, value)
}

/// An instant.
pub(crate) fn instant(value: NaiveDateTime) -> DateTime<Utc> {
    value.and_utc()
}

/// The instant that a list was sorted by, from its microseconds. What no row can hold becomes the nearest
/// that one can: the databases agree on those only.
pub(crate) fn instant_of(micros: i64) -> NaiveDateTime {
    /// The years 1900 and 2300.
    const EARLIEST: i64 = -2_208_988_800_000_000;
    const LATEST: i64 = 10_413_792_000_000_000;
    DateTime::from_timestamp_micros(micros.clamp(EARLIEST, LATEST)).unwrap_or_default().naive_utc()
}

/// An amount in hundredths.
pub(crate) fn money(value: Option<i64>) -> Option<Money> {
    value.map(Money::from_cents)
}

/// The code of a currency.
pub(crate) fn currency(column: &'static str, value: &str) -> Result<Currency, StoreError> {
    word(column, value)
}

/// A JSON list of strings.
pub(crate) fn strings(column: &'static str, json: &str) -> Result<Vec<String>, StoreError> {
    list(column, json)
}

/// A JSON list of integers.
pub(crate) fn integers(column: &'static str, json: &str) -> Result<Vec<i64>, StoreError> {
    list(column, json)
}

/// A JSON list of civil dates.
pub(crate) fn dates(column: &'static str, json: &str) -> Result<Vec<NaiveDate>, StoreError> {
    list::<String>(column, json)?.iter().map(|date| word(column, date)).collect()
}

/// A JSON list of English weekday names.
pub(crate) fn weekdays(column: &'static str, json: &str) -> Result<Vec<Weekday>, StoreError> {
    let corrupt = |value: &str| StoreError::Corrupt { column, value: value.to_owned() };
    list::<String>(column, json)?.iter().map(|day| parse_weekday(day).map_err(|_| corrupt(day))).collect()
}

fn list<T: serde::de::DeserializeOwned>(column: &'static str, json: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt { column, value: json.to_owned() })
}

/// A JSON list of anything that JSON has a literal for.
pub(crate) fn json<T: Into<serde_json::Value>>(items: impl IntoIterator<Item = T>) -> String {
    serde_json::Value::Array(items.into_iter().map(Into::into).collect()).to_string()
}

/// A JSON list of English weekday names.
pub(crate) fn json_weekdays(days: &[Weekday]) -> String {
    json(days.iter().map(|day| weekday_name(*day)))
}

/// A JSON list of civil dates.
pub(crate) fn json_dates(dates: &[NaiveDate]) -> String {
    json(dates.iter().map(ToString::to_string))
}

/// A pattern for what contains some text, with the pattern's own signs taken literally.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
