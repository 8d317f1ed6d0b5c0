//! Values that several bodies have in common.

use std::ops::RangeInclusive;

use astegni_domain::schedule::TimeSlot;
use astegni_domain::text;
use astegni_domain::validation::Invalid;
use chrono::{DateTime, Datelike, NaiveTime, Utc};

/// Returns the slot between two times, whose end is on the next day only if `overnight` allows that. The refusal concerns
/// the end.
pub(crate) fn time_slot(start: NaiveTime, end: NaiveTime, overnight: Option<bool>) -> Result<TimeSlot, Invalid> {
    if overnight.unwrap_or_default() { TimeSlot::overnight(start, end) } else { TimeSlot::new(start, end) }
}

/// Parses the reason for a change: at most 500 characters, of which blank text is no reason.
pub(super) fn reason(input: &str) -> Result<Option<String>, Invalid> {
    text::prose(input, 500).map(|reason| Some(reason).filter(|reason| !reason.is_empty()))
}

/// Parses an RFC 3339 instant with any offset. Fractions of a second are dropped.
pub(super) fn instant(input: &str) -> Result<DateTime<Utc>, Invalid> {
    DateTime::parse_from_rfc3339(input.trim())
        .ok()
        .and_then(|instant| DateTime::from_timestamp(instant.timestamp(), 0))
        .filter(|instant| (1900..2200).contains(&instant.year()))
        .ok_or_else(|| Invalid::new("invalid_instant", "must be an RFC 3339 instant such as 2026-02-02T14:00:00+03:00"))
}

/// Parses an integer within a range.
pub(super) fn within(range: RangeInclusive<u16>, input: i64) -> Result<u16, Invalid> {
    let value = u16::try_from(input).ok().filter(|value| range.contains(value));
    let message = || format!("must be an integer from {} to {}", range.start(), range.end());
    value.ok_or_else(|| Invalid::new("out_of_range", message()))
}
