//! Sessions and calendars.

mod calendar;
mod queries;
mod rows;
mod scan;

pub(crate) use calendar::{bookings, insert_sessions, lock_calendars};
pub(crate) use scan::{SessionScan, run_all as run_scans};
