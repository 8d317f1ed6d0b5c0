//! Values that several bodies have in common.

use astegni_domain::schedule::TimeSlot;
use astegni_domain::text;
use astegni_domain::validation::Invalid;
use chrono::NaiveTime;

/// Returns the slot between two times, whose end is on the next day only if `overnight` allows that. The refusal concerns
/// the end.
pub(super) fn time_slot(start: NaiveTime, end: NaiveTime, overnight: Option<bool>) -> Result<TimeSlot, Invalid> {
    if overnight.unwrap_or_default() { TimeSlot::overnight(start, end) } else { TimeSlot::new(start, end) }
}

/// Parses the reason for a change: at most 500 characters, of which blank text is no reason.
pub(super) fn reason(input: &str) -> Result<Option<String>, Invalid> {
    text::prose(input, 500).map(|reason| Some(reason).filter(|reason| !reason.is_empty()))
}
