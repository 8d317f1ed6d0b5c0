mod comparison;
mod golden;
pub(in crate::schedule) mod oracle;

use super::*;

fn check(zone: &str, wall: &str, instant: &str, dst: Option<Dst>) {
    let wall = NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").unwrap();
    let (resolved, flag) = resolve(parse_zone(zone).unwrap(), wall);
    assert_eq!((resolved.format("%Y-%m-%dT%H:%MZ").to_string(), flag), (instant.to_owned(), dst), "{zone} {wall}");
}

#[test]
fn the_golden_table_of_gaps_and_overlaps() {
    check("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30Z", Some(Dst::Gap));
    check("America/New_York", "2026-03-08 02:00", "2026-03-08T07:00Z", Some(Dst::Gap));
    check("America/New_York", "2026-03-08 02:59", "2026-03-08T07:59Z", Some(Dst::Gap));
    check("America/New_York", "2026-03-08 01:59", "2026-03-08T06:59Z", None);
    check("America/New_York", "2026-03-08 03:00", "2026-03-08T07:00Z", None);
    check("America/New_York", "2026-11-01 00:59", "2026-11-01T04:59Z", None);
    check("America/New_York", "2026-11-01 01:00", "2026-11-01T05:00Z", Some(Dst::Overlap));
    check("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30Z", Some(Dst::Overlap));
    check("America/New_York", "2026-11-01 02:00", "2026-11-01T07:00Z", None);
    check("Asia/Beirut", "2026-03-29 00:00", "2026-03-28T22:00Z", Some(Dst::Gap));
    check("Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00Z", Some(Dst::Gap));
    check("America/Santiago", "2026-09-06 00:00", "2026-09-06T04:00Z", Some(Dst::Gap));
    check("America/Havana", "2026-03-08 00:00", "2026-03-08T05:00Z", Some(Dst::Gap));
    check("Australia/Lord_Howe", "2026-10-04 02:00", "2026-10-03T15:30Z", Some(Dst::Gap));
    check("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15T01:30Z", Some(Dst::Overlap));
    check("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22T02:30Z", Some(Dst::Gap));
    check("Africa/Addis_Ababa", "2026-01-30 10:00", "2026-01-30T07:00Z", None);
}

#[test]
fn a_boundary_in_a_gap_is_the_clock_change_and_any_other_is_resolved_as_a_time() {
    let check = |zone: &str, wall: &str, instant: &str| {
        let wall = NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").unwrap();
        let boundary = resolve_boundary(parse_zone(zone).unwrap(), wall);
        assert_eq!(boundary.format("%Y-%m-%dT%H:%MZ").to_string(), instant, "{zone} {wall}");
    };
    check("America/New_York", "2026-03-08 01:59", "2026-03-08T06:59Z");
    for time in ["02:00", "02:30", "02:59", "03:00"] {
        check("America/New_York", &format!("2026-03-08 {time}"), "2026-03-08T07:00Z");
    }
    check("America/New_York", "2026-03-08 03:01", "2026-03-08T07:01Z");
    check("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30Z");
    check("Africa/Cairo", "2026-04-24 00:30", "2026-04-23T22:00Z");
    check("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30Z");
    // Samoa skipped a whole day.
    check("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00Z");
}

#[test]
fn effects_have_their_names_of_the_api() {
    assert_eq!([Dst::Gap, Dst::Overlap].map(Dst::as_str), ["gap", "overlap"]);
    assert_eq!("overlap".parse(), Ok(Dst::Overlap));
}

#[test]
fn only_iana_names_are_zones() {
    for name in ["CEST", "+02:00", "EST5EDT", "GMT", "Mars/Olympus", ""] {
        assert_eq!(parse_zone(name).unwrap_err().code, "invalid_time_zone", "{name}");
    }
    assert_eq!(parse_zone("UTC"), Ok(Tz::UTC));
    assert_eq!(parse_zone(" Europe/Berlin "), Ok(Tz::Europe__Berlin));
}
