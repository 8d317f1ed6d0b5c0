//! Calendars as text (iCalendar, RFC 5545).
//!
//! The text depends on the calendar alone, so that it is the same sequence of bytes until an event changes: calendar programs
//! take any other byte for a change. There is no `METHOD`, so that `DTSTAMP` means the last change and not the moment of
//! reading, and no recurrence: programs disagree about clock changes, and instants in UTC leave nothing to interpret.

use astegni_domain::schedule::{Calendar, CalendarEvent};
use icalendar::{Component, Event, EventLike, EventStatus, Property};

/// The largest length of a line in octets, without its end.
const MAX_LINE: usize = 75;

/// The interval after which programs should read a feed again. Not all follow it.
const REFRESH_INTERVAL: &str = "PT1H";

/// Renders a calendar.
pub(super) fn render(calendar: &Calendar) -> String {
    let name = plain(&calendar.name);
    let mut rendered = icalendar::Calendar::empty();
    rendered.append_property(("PRODID", "-//Astegni//Astegni//EN"));
    rendered.append_property(("VERSION", "2.0"));
    rendered.append_property(("CALSCALE", "GREGORIAN"));
    // The explicit type makes the crate escape a property that it does not know.
    rendered.append_property(Property::new("NAME", &name).add_parameter("VALUE", "TEXT").done());
    rendered.append_property(("X-WR-CALNAME", name.as_str()));
    rendered
        .append_property(Property::new("REFRESH-INTERVAL", REFRESH_INTERVAL).add_parameter("VALUE", "DURATION").done());
    rendered.append_property(("X-PUBLISHED-TTL", REFRESH_INTERVAL));
    rendered.extend(calendar.events.iter().map(event));
    fold(&rendered.to_string())
}

fn event(event: &CalendarEvent) -> Event {
    let (status, transparency) =
        if event.is_cancelled { (EventStatus::Cancelled, "TRANSPARENT") } else { (EventStatus::Confirmed, "OPAQUE") };
    let mut rendered = Event::with_uid(&event.uid);
    rendered
        .add_property("SEQUENCE", event.sequence.to_string())
        .timestamp(event.updated_at)
        .last_modified(event.updated_at)
        .created(event.created_at)
        .starts(event.starts_at)
        .ends(event.ends_at)
        .summary(&plain(&event.summary))
        .status(status)
        .add_property("TRANSP", transparency);
    if let Some(location) = &event.location {
        rendered.location(&plain(location));
    }
    rendered
}

/// Leaves out the characters that the crate does not escape and that a program might take for the end of a line: all control
/// characters but the line feed, and the separators of Unicode.
fn plain(text: &str) -> String {
    let is_kept = |c: &char| *c == '\n' || !(c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    text.chars().filter(is_kept).collect()
}

/// Folds the lines of a rendered calendar between characters. The crate folds as well, but lets the last part of a line have
/// 76 octets, so its folds are taken back first.
fn fold(rendered: &str) -> String {
    let mut folded = String::with_capacity(rendered.len());
    for line in rendered.replace("\r\n ", "").split_terminator("\r\n") {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > MAX_LINE {
                folded.push_str("\r\n ");
                length = 1;
            }
            folded.push(c);
            length += c.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

#[cfg(test)]
mod tests;
