//! Schedules and sessions: from wall-clock wishes to instants in two calendars.
//!
//! Three kinds of time, never mixed: an instant (UTC), a wall-clock date and time in an IANA zone, and a
//! length in minutes.

mod conflict;
mod errors;
mod expansion;
mod ports;
mod service;
mod session;
mod slot;
mod zone;

pub use conflict::{Booking, Conflict, ConflictKind, Parties, find_conflicts};
pub use errors::SessionError;
pub use expansion::{DEFAULT_WEEKS, MAX_SESSIONS, Occurrence, Schedule, expand, last_chance, minutes, self_overlap};
#[cfg(feature = "test-util")]
pub use ports::MockSessionQueries;
pub use ports::SessionQueries;
pub use service::ScheduleService;
pub use session::{Perspective, Session, SessionFilter, SessionStatus, SessionTally};
pub use slot::{TimeSlot, parse_date, parse_time, parse_weekday, weekday_name};
pub use zone::{DEFAULT_ZONE, Dst, parse_zone, resolve};
