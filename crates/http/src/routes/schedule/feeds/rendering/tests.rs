use chrono::{DateTime, Utc};

use super::*;

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn session() -> CalendarEvent {
    CalendarEvent {
        uid: "session-7@installation".to_owned(),
        sequence: 2,
        starts_at: at("2026-02-02T11:00:00Z"),
        ends_at: at("2026-02-02T13:00:00Z"),
        summary: "Algebra with Sara".to_owned(),
        location: Some("Bole, Addis Ababa; 2nd floor".to_owned()),
        is_cancelled: false,
        created_at: at("2026-01-30T05:00:00.123456Z"),
        updated_at: at("2026-01-31T06:30:15.999999Z"),
    }
}

fn calendar(events: Vec<CalendarEvent>) -> Calendar {
    Calendar { name: "Astegni".to_owned(), events }
}

/// Returns the lines of a calendar with their folds taken back, as a program reads them.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_calendar_has_these_lines_and_no_others() {
    let expected = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Astegni//Astegni//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "NAME;VALUE=TEXT:Astegni",
        "X-WR-CALNAME:Astegni",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "CREATED:20260130T050000Z",
        "DTEND:20260202T130000Z",
        "DTSTAMP:20260131T063015Z",
        "DTSTART:20260202T110000Z",
        "LAST-MODIFIED:20260131T063015Z",
        r"LOCATION:Bole\, Addis Ababa\; 2nd floor",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "SUMMARY:Algebra with Sara",
        "TRANSP:OPAQUE",
        "UID:session-7@installation",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(render(&calendar(vec![session()])), expected.join("\r\n"));
}

#[test]
fn a_cancelled_session_takes_no_time() {
    let lines = unfolded(&render(&calendar(vec![CalendarEvent { is_cancelled: true, ..session() }])));
    assert!(lines.contains(&"STATUS:CANCELLED".to_owned()) && lines.contains(&"TRANSP:TRANSPARENT".to_owned()));
}

#[test]
fn a_calendar_without_sessions_is_complete() {
    let text = render(&calendar(Vec::new()));
    assert!(text.ends_with("X-PUBLISHED-TTL:PT1H\r\nEND:VCALENDAR\r\n"), "{text}");
}

#[test]
fn an_event_without_a_place_has_no_location() {
    let text = render(&calendar(vec![CalendarEvent { location: None, ..session() }]));
    assert!(!text.contains("LOCATION"), "{text}");
}

#[test]
fn no_line_has_more_than_75_octets_and_no_character_is_split() {
    for (unit, lengths) in [("x", 50..400), ("é", 20..200), ("ሀ", 20..150), ("🎓", 10..100), ("a ", 30..200)] {
        for length in lengths {
            let summary = unit.repeat(length);
            let text = render(&calendar(vec![CalendarEvent { summary: summary.clone(), ..session() }]));
            let lines: Vec<_> = text.split_terminator("\r\n").collect();
            assert!(lines.iter().all(|line| (1..=75).contains(&line.len())), "{text}");
            assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])), "{text}");
            assert!(unfolded(&text).contains(&format!("SUMMARY:{summary}")), "{text}");
        }
    }
}

#[test]
fn lines_are_as_long_as_they_may_be() {
    let text = render(&calendar(vec![CalendarEvent { summary: "x".repeat(67 + 74), ..session() }]));
    let folded = format!("\r\nSUMMARY:{}\r\n {}\r\nTRANSP", "x".repeat(67), "x".repeat(74));
    assert!(text.contains(&folded), "{text}");
}

#[test]
fn hostile_texts_inject_nothing() {
    let hostile =
        "Sara\r\nATTENDEE:mailto:a@b.example\nEND:VEVENT\rBEGIN:VEVENT\u{85}X:1\u{2028}Y:2\u{b}Z:3\0,;\\n\r\n BEGIN";
    let event = CalendarEvent { summary: hostile.to_owned(), location: Some(hostile.to_owned()), ..session() };
    let text = render(&Calendar { name: hostile.to_owned(), events: vec![event] });
    let escaped = r"Sara\nATTENDEE:mailto:a@b.example\nEND:VEVENTBEGIN:VEVENTX:1Y:2Z:3\,\;\\n\n BEGIN";
    let lines = unfolded(&text);
    for name in ["NAME;VALUE=TEXT", "X-WR-CALNAME", "SUMMARY", "LOCATION"] {
        assert!(lines.contains(&format!("{name}:{escaped}")), "{text}");
    }
    assert_eq!(lines.len(), unfolded(&render(&calendar(vec![session()]))).len(), "{text}");
}

#[test]
fn the_order_of_the_events_is_kept() {
    let named = |uid: &str| CalendarEvent { uid: uid.to_owned(), ..session() };
    let lines = unfolded(&render(&calendar(vec![named("b"), named("a"), named("c")])));
    let uids: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("UID:")).collect();
    assert_eq!(uids, ["b", "a", "c"]);
}

#[test]
fn a_calendar_is_rendered_to_the_same_bytes_every_time() {
    let calendar = calendar(vec![session(), CalendarEvent { uid: "session-8@installation".to_owned(), ..session() }]);
    assert_eq!(render(&calendar), render(&calendar.clone()));
}
