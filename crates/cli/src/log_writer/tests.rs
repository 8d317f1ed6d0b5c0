//! The writer of logs, in front of readers that are quick, slow or stuck.

use std::sync::mpsc::{self, Receiver, Sender};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// A sink that passes on every write, and begins one only when it is given a permit.
struct Sink {
    permits: Receiver<()>,
    writes: Sender<String>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.permits.recv().map_err(|_| ErrorKind::BrokenPipe)?;
        self.writes.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer with the ends of its sink and the reports of dropped lines.
fn start(delay: Duration) -> (LogWriter, Sender<()>, Receiver<String>, Receiver<u64>) {
    let ((permit, permits), (writes, written), (report, reports)) = (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let writer = LogWriter::start(Sink { permits, writes }, delay, move |dropped| report.send(dropped).unwrap());
    (writer.unwrap(), permit, written, reports)
}

#[test]
fn lines_that_arrive_during_a_write_are_written_together() {
    let (writer, permit, written, _) = start(Duration::ZERO);
    writer.push(b"first\n", true);
    while !writer.0.lock().buffer.is_empty() {
        thread::yield_now();
    }
    for _ in 0..100 {
        writer.push(b"line\n", false);
    }
    permit.send(()).unwrap();
    permit.send(()).unwrap();
    assert_eq!(written.recv().unwrap(), "first\n");
    assert_eq!(written.recv().unwrap(), "line\n".repeat(100));
}

#[test]
fn a_line_waits_for_the_delay_unless_an_error_follows_or_the_lines_are_flushed() {
    let (writer, permit, written, _) = start(HOUR);
    writer.push(b"info\n", false);
    writer.push(b"error\n", true);
    permit.send(()).unwrap();
    assert_eq!(written.recv().unwrap(), "info\nerror\n");
    writer.push(b"info\n", false);
    permit.send(()).unwrap();
    writer.flush(HOUR);
    assert_eq!(written.try_recv().unwrap(), "info\n");
    writer.flush(HOUR);
    assert!(written.try_recv().is_err());
}

#[test]
fn an_idle_writer_writes_a_line_after_its_delay() {
    let (writer, permit, written, _) = start(Duration::from_millis(1));
    permit.send(()).unwrap();
    writer.push(b"info\n", false);
    assert_eq!(written.recv().unwrap(), "info\n");
}

#[test]
fn a_stuck_reader_delays_nobody_and_lines_beyond_the_buffer_are_dropped_and_counted() {
    let (writer, permit, written, reports) = start(Duration::ZERO);
    writer.push(b"first\n", true);
    while !writer.0.lock().buffer.is_empty() {
        thread::yield_now();
    }
    let line = format!("{}\n", "x".repeat(1023));
    for _ in 0..CAPACITY / line.len() + 3 {
        writer.push(line.as_bytes(), false);
    }
    writer.flush(Duration::ZERO);
    assert!(written.try_recv().is_err());
    for _ in 0..=CAPACITY / ATOMIC {
        permit.send(()).unwrap();
    }
    writer.flush(HOUR);
    assert_eq!(reports.recv().unwrap(), 3);
    assert_eq!(written.recv().unwrap(), "first\n");
    let all: Vec<_> = written.try_iter().collect();
    assert_eq!(all.concat().len(), CAPACITY);
    assert!(writer.0.lock().buffer.capacity() + CAPACITY / 2 < 2 * CAPACITY);
}

#[test]
fn the_report_of_dropped_lines_is_part_of_a_flush() {
    let ((permit, permits), (writes, written)) = (mpsc::channel(), mpsc::channel());
    let (handle, handed) = mpsc::channel::<LogWriter>();
    let report = move |dropped: u64| {
        let writer = handed.recv().unwrap();
        writer.push(format!("{dropped} dropped\n").as_bytes(), true);
    };
    let writer = LogWriter::start(Sink { permits, writes }, HOUR, report).unwrap();
    handle.send(writer.clone()).unwrap();
    writer.push(b"first\n", false);
    writer.push(&vec![b'x'; CAPACITY], false);
    permit.send(()).unwrap();
    permit.send(()).unwrap();
    writer.flush(HOUR);
    assert_eq!(written.try_iter().collect::<Vec<_>>(), ["first\n", "1 dropped\n"]);
}

#[test]
fn writes_end_with_a_line_and_are_atomic_unless_a_line_is_longer() {
    let short = format!("{}\n", "s".repeat(1500));
    let long = format!("{}\n", "l".repeat(5000));
    let lines = [short.clone(), short.clone(), short.clone(), long.clone(), short.clone()].concat();
    let (permit, permits) = mpsc::channel();
    let (writes, written) = mpsc::channel();
    (0..10).for_each(|_| permit.send(()).unwrap());
    write_lines(&mut Sink { permits, writes }, lines.as_bytes());
    assert_eq!(written.try_iter().collect::<Vec<_>>(), [short.repeat(2), short.clone(), long, short]);
    assert_eq!(end_of_piece(&[b'x'; 5000]), 5000);
    assert_eq!(end_of_piece(&[b'\n'; 4096]), 4096);
}

/// A sink that takes a byte at a time, between interruptions and refusals, and fails at a question mark.
struct Reluctant(Vec<u8>, u8);

impl Write for Reluctant {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = (self.1 + 1) % 3;
        match (self.1, bytes) {
            (1, _) => Err(ErrorKind::Interrupted.into()),
            (2, _) => Err(ErrorKind::WouldBlock.into()),
            (_, [b'?', ..]) => Err(ErrorKind::BrokenPipe.into()),
            (_, [byte, ..]) => {
                self.0.push(*byte);
                Ok(1)
            }
            (_, []) => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_interrupted_write_is_continued_and_a_failed_one_given_up() {
    let mut sink = Reluctant(Vec::new(), 0);
    write_lines(&mut sink, b"one\ntwo\n");
    assert_eq!(sink.0, b"one\ntwo\n");
    write_lines(&mut sink, b"x?y");
    assert_eq!(sink.0, b"one\ntwo\nx");
}
