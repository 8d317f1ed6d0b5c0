//! The binary as an operator runs it: a process with arguments, environment variables, signals and sockets.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside #[test] functions, helpers of tests fail the test in the same way"
)]

#[path = "../../examples/demo/client.rs"]
mod client;
#[path = "../../examples/demo/walk.rs"]
mod walk;

mod support;

mod feeds;
mod lifecycle;
mod live;
mod logs;
mod migrate;
mod readme;
mod seed;
mod sessions;
mod settings;
mod shutdown;
mod sockets;
