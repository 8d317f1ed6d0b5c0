//! Representations of values in JSON.

use astegni_domain::money::Money;
use astegni_domain::schedule::Conflict;
use astegni_domain::validation::Invalid;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Formats an instant as RFC 3339 in UTC with `Z`.
pub fn instant(value: DateTime<Utc>) -> String {
    value.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Formats a civil date as `YYYY-MM-DD`.
pub fn date(value: NaiveDate) -> String {
    value.to_string()
}

/// Formats a wall-clock time, which is in whole seconds, as `HH:MM:SS`.
pub fn time(value: NaiveTime) -> String {
    value.to_string()
}

/// An amount of money, a JSON number with exactly two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64, example = 150.00)]
pub struct Price(pub Money);

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// Parses an amount from the digits of a JSON number.
pub fn parse_price(input: &RawValue) -> Result<Money, Invalid> {
    let digits = input.get();
    if digits.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        digits.parse()
    } else {
        Err(Invalid::new("invalid_type", "must be a number"))
    }
}

/// A stored JSON text, which becomes a part of a response as it is.
#[derive(Debug, Clone)]
pub struct StoredJson(pub String);

impl Serialize for StoredJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// A session that cannot be booked, with the first reason that applies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConflictBody {
    /// Civil date in the time zone of the sessions, `YYYY-MM-DD`.
    session_date: String,
    /// Wall-clock time in the time zone of the sessions, `HH:MM:SS`.
    start_time: String,
    /// Wall-clock time in the time zone of the sessions, `HH:MM:SS`.
    end_time: String,
    /// Start of the session, RFC 3339 in UTC.
    starts_at: String,
    /// `in_past` if the time has passed, `tutor_busy` or `student_busy` if a party has another session, or `time_off` if the
    /// tutor has time off.
    kind: &'static str,
    /// Booked session that overlaps; null unless the caller may see it.
    session_id: Option<i64>,
}

impl From<&Conflict> for ConflictBody {
    fn from(conflict: &Conflict) -> Self {
        let occurrence = &conflict.occurrence;
        Self {
            session_date: date(occurrence.date),
            start_time: time(occurrence.slot.start()),
            end_time: time(occurrence.slot.end()),
            starts_at: instant(occurrence.starts_at),
            kind: conflict.kind.as_str(),
            session_id: conflict.session_id.map(astegni_domain::ids::SessionId::get),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_numbers_with_two_decimals() {
        assert_eq!(serde_json::to_string(&Price(Money::from_cents(15_000))).unwrap(), "150.00");
        assert_eq!(serde_json::to_string(&[Price(Money::from_cents(999_999_999))]).unwrap(), "[9999999.99]");
    }

    #[test]
    fn instants_end_in_z() {
        let at: DateTime<Utc> = "2026-01-30T05:00:00.120000Z".parse().unwrap();
        assert_eq!(instant(at), "2026-01-30T05:00:00.120Z");
    }
}
