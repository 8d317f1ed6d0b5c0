//! Log lines, written to stderr by a thread of their own.
//!
//! A system call for every line costs a busy server a third of its throughput. Here, logging a line copies it to a
//! buffer, and the thread writes what has accumulated: an error at once, with everything before it, and other lines
//! after a delay of milliseconds.
//!
//! No request ever waits for the reader of stderr. While the reader is stuck, lines that no longer fit into the buffer
//! are dropped, and their number is logged as soon as there is room again. A process that is killed, or aborts without
//! a panic, loses the lines of the last milliseconds.

#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// Maximum size of the buffer, in bytes. As much again may be in the hands of the thread.
const CAPACITY: usize = 4 * 1024 * 1024;

/// Capacity in bytes that is kept after a burst.
const KEPT: usize = 64 * 1024;

/// Maximum size of a write, in bytes, unless a line is longer. Pipes keep smaller writes in one piece (`PIPE_BUF`), so
/// that the lines of processes that share a pipe are not mixed up.
const ATOMIC: usize = 4096;

/// Pause before the next attempt if stderr is a full pipe in non-blocking mode.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Buffers log lines for the thread that writes them. Clones share the buffer.
#[derive(Clone)]
pub(crate) struct LogWriter(Arc<Shared>);

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    arrived: Condvar,
    written: Condvar,
}

#[derive(Default)]
struct Lines {
    buffer: Vec<u8>,
    /// Whether the buffer is to be written without delay.
    is_urgent: bool,
    /// The number of lines dropped since the last report.
    dropped: u64,
    /// The number of bytes that were ever accepted.
    accepted: u64,
    /// The number of bytes that were ever written.
    written: u64,
}

impl LogWriter {
    /// Starts the thread, which writes lines to `sink` at most `delay` after they arrive and calls `report` with the
    /// number of lines that were dropped. The report may log.
    pub(crate) fn start(
        sink: impl Write + Send + 'static,
        delay: Duration,
        report: impl Fn(u64) + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let writer = Self(Arc::clone(&shared));
        thread::Builder::new().name("logs".to_owned()).spawn(move || shared.serve(sink, delay, report))?;
        Ok(writer)
    }

    /// Accepts one or more whole lines, or drops them if the buffer is full. An urgent line is written without delay.
    pub(crate) fn push(&self, lines: &[u8], is_urgent: bool) {
        let mut state = self.0.lock();
        if state.buffer.len() + lines.len() > CAPACITY {
            state.dropped += 1;
            return;
        }
        let is_first = state.buffer.is_empty();
        state.buffer.extend_from_slice(lines);
        state.accepted += length(lines);
        state.is_urgent |= is_urgent;
        drop(state);
        if is_first || is_urgent {
            self.0.arrived.notify_one();
        }
    }

    /// Waits until all lines that were accepted so far are written, or until the timeout, as when the reader is stuck.
    pub(crate) fn flush(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        // The first round may lead to the report of dropped lines, which the second one covers.
        for _ in 0..2 {
            let mut state = self.0.lock();
            state.is_urgent = true;
            self.0.arrived.notify_one();
            let accepted = state.accepted;
            let remaining = deadline.saturating_duration_since(Instant::now());
            drop(self.0.written.wait_timeout_while(state, remaining, |state| state.written < accepted));
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut sink: impl Write, delay: Duration, report: impl Fn(u64)) {
        let mut batch = Vec::new();
        loop {
            let dropped = self.next_batch(&mut batch, delay);
            if dropped > 0 {
                report(dropped);
            }
            write_lines(&mut sink, &batch);
            self.lock().written += length(&batch);
            self.written.notify_all();
            batch.clear();
            batch.shrink_to(KEPT);
        }
    }

    /// Waits for lines, moves them to an empty batch and returns the number of lines dropped since the last one.
    fn next_batch(&self, batch: &mut Vec<u8>, delay: Duration) -> u64 {
        let is_empty = |state: &mut Lines| state.buffer.is_empty();
        let state = self.arrived.wait_while(self.lock(), is_empty).unwrap_or_else(PoisonError::into_inner);
        let may_wait = |state: &mut Lines| !state.is_urgent;
        let waited = self.arrived.wait_timeout_while(state, delay, may_wait);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_urgent = false;
        std::mem::swap(&mut state.buffer, batch);
        std::mem::take(&mut state.dropped)
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Writes lines in pieces that end with a line.
fn write_lines(sink: &mut impl Write, mut lines: &[u8]) {
    while !lines.is_empty() {
        let (piece, rest) = lines.split_at(end_of_piece(lines));
        write_piece(sink, piece);
        lines = rest;
    }
}

/// Returns the length of the lines that fit into an atomic write, or that of the first line if it does not.
fn end_of_piece(lines: &[u8]) -> usize {
    if lines.len() <= ATOMIC {
        return lines.len();
    }
    let is_end = |byte: &u8| *byte == b'\n';
    let fitting = lines.iter().take(ATOMIC).rposition(is_end);
    fitting.or_else(|| lines.iter().position(is_end)).map_or(lines.len(), |end| end + 1)
}

/// Writes a piece to its end. There is nobody to tell of an error: stderr itself has failed.
fn write_piece(sink: &mut impl Write, mut piece: &[u8]) {
    while !piece.is_empty() {
        match sink.write(piece) {
            Ok(0) => return,
            Ok(written) => piece = piece.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY_DELAY),
            Err(_) => return,
        }
    }
}

/// The writer of one event, which the formatter hands over in one piece.
pub(crate) struct EventWriter<'a> {
    writer: &'a LogWriter,
    is_urgent: bool,
}

impl Write for EventWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.writer.push(line, self.is_urgent);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = EventWriter<'a>;

    fn make_writer(&'a self) -> EventWriter<'a> {
        EventWriter { writer: self, is_urgent: false }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> EventWriter<'a> {
        EventWriter { writer: self, is_urgent: *metadata.level() == Level::ERROR }
    }
}
