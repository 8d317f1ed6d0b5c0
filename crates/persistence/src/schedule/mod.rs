//! Sessions and calendars.

mod calendar;
mod queries;

pub(crate) use calendar::{NewSessionRow, bookings, lock_calendars, new_session_rows};
