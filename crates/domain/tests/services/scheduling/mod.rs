//! The use cases of changing sessions, of availability and of calendar feeds, over mocks of their ports.

mod availability;
mod feeds;
mod recheck;
mod sessions;
mod slots;
