//! Graceful shutdown on SIGINT and SIGTERM.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use actix_web::dev::ServerHandle;
use actix_web::rt;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};

use crate::telemetry;

/// SIGINT, as sent by Ctrl-C, and SIGTERM, as sent by service managers. Both have the same effect.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Waits for the next signal and returns its number.
    async fn next(&mut self) -> i32 {
        poll_fn(|context| {
            if self.interrupt.poll_recv(context).is_ready() {
                return Poll::Ready(SignalKind::interrupt().as_raw_value());
            }
            self.terminate.poll_recv(context).map(|_| SignalKind::terminate().as_raw_value())
        })
        .await
    }
}

/// Stops a server on the first signal, after the requests in flight, and ends the process on the second one. `on_stop` ends
/// the requests that would take long.
pub(crate) fn stop_on_signals(server: ServerHandle, on_stop: impl FnOnce() + 'static) -> io::Result<()> {
    let mut signals =
        StopSignals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? };
    rt::spawn(async move {
        let first = signals.next().await;
        tracing::info!(signal = first, "stopping after the requests in flight");
        on_stop();
        rt::spawn(server.stop(true));
        let second = signals.next().await;
        tracing::warn!(signal = second, "stopping at once");
        telemetry::flush();
        std::process::exit(128 + second);
    });
    Ok(())
}
