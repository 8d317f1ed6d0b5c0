mod apply;
mod objections;
mod properties;
mod slots;
mod time_off;

use chrono_tz::Tz;

use super::*;
use crate::schedule::fixtures::instant;

/// The instant of every test: a Friday.
fn now() -> DateTime<Utc> {
    instant("2026-01-30T05:00:00Z")
}

fn window(start: u16, end: u16) -> DayWindow {
    DayWindow::new(start, end).unwrap()
}

/// Returns an availability on Mondays from nine to five.
fn mondays(zone: Tz) -> Availability {
    Availability { weekly: [(0, vec![window(540, 1020)])].into(), ..Availability::unlimited(zone) }
}
