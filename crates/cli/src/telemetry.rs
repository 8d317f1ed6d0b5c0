//! Logs, written to stderr. In JSON, every line is an object, including panics and the error that ends the process.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use astegni_domain::Clock;
use chrono::SecondsFormat;
use clap::{Args, ValueEnum};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::clock::SystemClock;
use crate::log_writer::LogWriter;

/// Options for logs.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogOptions {
    /// Format of the logs on stderr.
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty")]
    pub(crate) log_format: LogFormat,
    /// Levels to log: one for everything, and others for single targets, as in `info,astegni_http=debug`.
    #[arg(long, env = "RUST_LOG", value_name = "RUST_LOG", default_value = "info", value_parser = parse_filter)]
    log_filter: String,
}

/// Format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text for people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// Silences the HTTP parser, which reports malformed and aborted requests of scanners as errors. A filter that names
/// this target overrides it.
const QUIET: &str = "actix_http::h1=off";

/// Checks the directives of a log filter. `EnvFilter` takes a single word that is no level for the name of a target, so
/// that a misspelt level would silence all logs; such a word is rejected.
fn parse_filter(filter: &str) -> Result<String, String> {
    let is_word = |directive: &str| directive.chars().all(|c| c.is_alphanumeric() || "_:-".contains(c));
    for directive in filter.split(',').map(str::trim).filter(|directive| is_word(directive)) {
        directive.parse::<LevelFilter>().map_err(|_| {
            format!("`{directive}` is not a level such as info or debug; a target needs one, as in {directive}=debug")
        })?;
    }
    EnvFilter::builder().parse(filter).map(|_| filter.to_owned()).map_err(|error| error.to_string())
}

/// Time for which lines may wait for others to be written with them.
const DELAY: Duration = Duration::from_millis(2);

/// Time limit for writing what is left when the process ends or a thread panics: the reader of stderr may be stuck.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The writer of this process, once logs are installed.
static WRITER: OnceLock<LogWriter> = OnceLock::new();

/// Sends logs, and the reports of panics, to stderr. To be called once.
pub(crate) fn install(options: &LogOptions) -> anyhow::Result<()> {
    let report = |lines| tracing::error!(lines, "log lines were dropped, because stderr is not read fast enough");
    let writer =
        LogWriter::start(std::io::stderr(), DELAY, report).context("cannot start the thread that writes logs")?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("{QUIET},{}", options.log_filter)))
        .with_writer(WRITER.get_or_init(|| writer).clone())
        .with_ansi(std::io::stderr().is_terminal());
    match options.log_format {
        LogFormat::Pretty => logs.with_target(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Waits until everything logged so far is written. Has to precede every end of the process.
pub(crate) fn flush() {
    if let Some(writer) = WRITER.get() {
        writer.flush(FLUSH_TIMEOUT);
    }
}

/// Logs a panic and flushes the logs, since a panic may end the process.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(panic = panic_message(panic.payload()), location, backtrace, "panicked");
    flush();
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let literal = payload.downcast_ref::<&str>().copied();
    literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Writes the error that ends the process to stderr, after all logs and regardless of the log filter.
pub(crate) fn report(error: &anyhow::Error, format: LogFormat) {
    let message = format!("{error:#}");
    let message = message.trim_end();
    let line = match format {
        LogFormat::Pretty => format!("astegni: {message}"),
        LogFormat::Json => {
            let timestamp = SystemClock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
            json!({ "timestamp": timestamp, "level": "ERROR", "message": message }).to_string()
        }
    };
    match WRITER.get() {
        Some(writer) => writer.push(format!("{line}\n").as_bytes(), true),
        None => eprintln!("{line}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_filter_consists_of_levels_and_of_targets_with_levels() {
        for filter in
            ["info", "WARN", "off", "3", "info,astegni_http=debug", "actix_web::server=trace", "[request]=warn"]
        {
            assert_eq!(parse_filter(filter), Ok(filter.to_owned()));
        }
        for filter in ["loud", "inof", "astegni=loud", "info,astegni_http", "=", "a=b=c"] {
            assert!(parse_filter(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn a_panic_is_logged_with_its_message_and_location() {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber =
            tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(log_panic));
            let number = 7;
            let panicked = std::panic::catch_unwind(|| panic!("test panic number {number}"));
            std::panic::set_hook(hook);
            assert!(panicked.is_err());
        });
        let line = captured.0.lock().unwrap().clone();
        let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!((&line["level"], &line["panic"]), (&json!("ERROR"), &json!("test panic number 7")));
        assert!(line["location"].as_str().unwrap().contains("telemetry.rs"), "{line}");
    }
}
