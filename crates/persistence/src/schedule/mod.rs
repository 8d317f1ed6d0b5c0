//! Sessions and calendars.

mod calendar;
mod queries;
mod rows;
mod scan;

pub(crate) use calendar::{SESSION_ROWS, bookings, insert_sessions, session_rows};
pub(crate) use scan::{SessionScan, run_all as run_scans};
