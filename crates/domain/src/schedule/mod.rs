//! Schedules and sessions: from wall-clock times to instants in two calendars.
//!
//! Three kinds of time, never mixed: an instant (UTC), a wall-clock date and time in an IANA zone, and a
//! duration in minutes.

mod conflict;
mod errors;
mod expansion;
mod filter;
mod ports;
mod service;
mod session;
mod slot;
mod tally;
mod zone;

pub use conflict::{Booking, Conflict, ConflictKind, Parties, find_conflicts};
pub use errors::SessionError;
pub use expansion::{DEFAULT_WEEKS, MAX_SESSIONS, Occurrence, Schedule, expand, last_chance, self_overlap};
pub use filter::{Perspective, SessionFilter, Side};
#[cfg(feature = "test-util")]
pub use ports::MockSessionQueries;
pub use ports::SessionQueries;
pub use service::{ScheduleService, StudentSessions};
pub use session::{PriorityLevel, Session, SessionMode, SessionStatus};
pub use slot::{TimeSlot, parse_date, parse_time, parse_weekday, weekday_name};
pub use tally::{SessionTally, StatusTotal};
pub use zone::{DEFAULT_ZONE, Dst, parse_zone, resolve};
