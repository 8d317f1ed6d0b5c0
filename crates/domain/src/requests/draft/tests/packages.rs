//! Slots that last overnight, and packages with a number of sessions.

use super::*;
use crate::schedule::TimeSlot;

fn late(overnight: bool) -> ScheduleDraft {
    ScheduleDraft { start_time: time(22), end_time: time(1), overnight, ..on(&["2026-02-02", "2026-02-03"]) }
}

#[test]
fn an_end_before_the_start_needs_consent_to_last_overnight() {
    assert_eq!(complete(&late(false), None), errors([("end_time", "before_start")]));
    let slot = TimeSlot::overnight(time(22).unwrap(), time(1).unwrap()).unwrap();
    let dates = days(&["2026-02-02", "2026-02-03"]).into_iter().flatten().collect();
    assert_eq!(complete(&late(true), None), Ok(Schedule::Dates { dates, slot }));
    let empty = ScheduleDraft { end_time: time(22), ..late(true) };
    assert_eq!(complete(&empty, None), errors([("end_time", "before_start")]));
    // The consent does not lengthen a slot that ends on its day.
    let day = ScheduleDraft { overnight: true, ..on(&["2026-02-02"]) };
    let dates = days(&["2026-02-02"]).into_iter().flatten().collect();
    assert_eq!(complete(&day, None), Ok(Schedule::Dates { dates, slot: super::slot(10, 11) }));
}

#[test]
fn dates_are_no_more_than_the_sessions_of_the_package() {
    let package = |count| PackageTerms { session_count: Some(count), ..package() };
    let three = on(&["2026-02-02", "2026-02-03", "2026-02-04"]);
    assert!(complete(&three, Some(&package(3))).is_ok());
    assert_eq!(complete(&three, Some(&package(2))), errors([("specific_dates", "too_many")]));
    // A weekly series ends by itself when the package is used up.
    let weekly = ScheduleDraft { weeks: Some(26), ..ScheduleDraft::default() };
    assert!(complete(&weekly, Some(&package(1))).is_ok());
}
