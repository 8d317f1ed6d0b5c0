//! Resolution of wall-clock times to instants.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{GapInfo, OffsetComponents, Tz};

use crate::validation::Invalid;

/// The zone of accounts that choose none, unless the operator configures another.
pub const DEFAULT_ZONE: Tz = Tz::Africa__Addis_Ababa;

/// The version of the time zone database by which instants are resolved, such as `2025b`.
pub const ZONE_RULES: &str = chrono_tz::IANA_TZDB_VERSION;

/// The effect of a clock change on a wall-clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Dst {
    /// The clock skipped the time, which is shifted by the length of the gap.
    Gap,
    /// The clock showed the time twice, of which the first is used.
    Overlap,
}

impl Dst {
    /// Returns the name used in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Returns the instant at which a zone's clock shows a time.
///
/// A time in a gap is read with the offset before the gap, so that it is shifted by the gap's length and still counts.
/// In an overlap, the first instant is used (RFC 5545, section 3.3.5, and section 3.3.10 with erratum 4271).
pub fn resolve(zone: Tz, wall: NaiveDateTime) -> (DateTime<Utc>, Option<Dst>) {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(instant) => (instant.to_utc(), None),
        MappedLocalTime::Ambiguous(first, second) => (first.min(second).to_utc(), Some(Dst::Overlap)),
        MappedLocalTime::None => {
            let before = GapInfo::new(&wall, &zone).and_then(|gap| gap.begin);
            let offset = before
                .map_or_else(chrono::TimeDelta::zero, |(_, offset)| offset.base_utc_offset() + offset.dst_offset());
            ((wall - offset).and_utc(), Some(Dst::Gap))
        }
    }
}

/// Parses an IANA time zone name. Abbreviations and fixed offsets are rejected: they do not follow clock changes.
pub fn parse_zone(input: &str) -> Result<Tz, Invalid> {
    let invalid = || Invalid::new("invalid_time_zone", "must be an IANA time zone name such as Africa/Addis_Ababa");
    let zone: Tz = input.trim().parse().map_err(|_| invalid())?;
    if zone.name().contains('/') || zone == Tz::UTC { Ok(zone) } else { Err(invalid()) }
}

#[cfg(test)]
pub(super) mod tests;
