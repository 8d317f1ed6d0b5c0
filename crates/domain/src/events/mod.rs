//! Events: how users learn of changes that other users make.
//!
//! Every plan that changes something another user can see names its events, and the write stores them in the same
//! transaction. A user's events form a log: they are numbered from 1 without gaps, in the order in which their changes were
//! committed, so that a reader that knows the last number it has seen misses nothing and sees nothing twice.
//!
//! An event refers to what has changed by ids. Contents are read when the event is delivered, so that the log keeps neither
//! deleted messages nor what its reader may no longer see.

mod event;
mod ports;
mod service;

pub use event::{Audience, Cursor, Event, EventKind, LoggedEvent, RETENTION, Subject};
pub use ports::{EventLog, LogPage, Tail, TailPosition, Ticket, TicketRepository};
#[cfg(feature = "test-util")]
pub use ports::{MockEventLog, MockTicketRepository};
pub use service::{EventService, EventsError, LogRequest, TICKET_LIFETIME};
