//! Live delivery of events: sockets, event streams and long polling.
//!
//! The log in the store is the only source of events. A `Feed` reads a user's log, then follows the signals of the `Hub`,
//! which the `Tailer` fills with what all logs gain; whenever a signal is missing, the feed looks into the log again. So a
//! signal may be lost anywhere, and an event nowhere. Typing and presence are not logged: they reach the sockets that are
//! open at the time.
//!
//! Absent on purpose: the choice of readers, which each write makes, and state that another replica would need.

mod connection;
mod event_body;
mod feed;
mod frame;
mod hub;
mod origin;
mod presence;
mod redis;
mod revocation;
mod socket;
mod socket_end;
mod stream;
mod subscription;
mod tailer;

pub(crate) use event_body::EventBody;
pub(crate) use feed::{Feed, Next, OpenError, Reading};
pub use frame::Frame;
pub use hub::{Hub, TooMany};
pub(crate) use origin::check_origin;
pub use presence::Herald;
pub use redis::{Relay, RelayError};
pub use revocation::RevocationWatch;
pub(crate) use socket::Socket;
pub(crate) use stream::event_stream;
pub use subscription::{CloseReason, Signal, Subscription, Transport};
pub use tailer::Tailer;
