//! Sessions and calendars.

mod addition;
mod availability;
mod calendar;
mod changes;
mod facts;
mod feeds;
mod history;
mod queries;
mod repository;
mod rows;
mod scan;
mod time_off;

pub(crate) use calendar::{NewSessions, SESSION_ROWS, busy_times};
pub(crate) use scan::{SessionScan, run_all as run_scans};
