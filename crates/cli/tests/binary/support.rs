//! Starting the binary.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::client::Client;

const BINARY: &str = env!("CARGO_BIN_EXE_astegni");

/// Returns a command that runs the binary with nothing in its environment but the URL of a database and a log level.
pub(crate) fn command(database_url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().env("DATABASE_URL", database_url).env("RUST_LOG", "warn");
    command
}

/// Returns the URL of a SQLite file in a folder.
pub(crate) fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}/astegni.db", folder.display())
}

/// Runs a command to its end and returns exit code, stdout and stderr.
pub(crate) fn run(mut command: Command, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A schema of its own on the PostgreSQL server of the tests, dropped in the end.
pub(crate) struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// Creates a schema with `psql`; none where the server cannot be reached and does not have to be.
    pub(crate) fn create(purpose: &str) -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL")
            .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=3".to_owned());
        let schema = Self { server, name: format!("astegni_{purpose}_{}", std::process::id()) };
        if schema.run(&format!("CREATE SCHEMA {}", schema.name)) {
            return Some(schema);
        }
        let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
        assert!(!required, "PostgreSQL is required but psql cannot reach it");
        eprintln!("psql cannot reach PostgreSQL; this test is SKIPPED");
        None
    }

    fn run(&self, statement: &str) -> bool {
        let output = Command::new("psql").args([self.server.as_str(), "-qc", statement]).output();
        output.is_ok_and(|output| output.status.success())
    }

    /// Returns a command that runs the binary with the schema as its database. All have the same secret.
    pub(crate) fn command(&self) -> Command {
        let mark = if self.server.contains('?') { '&' } else { '?' };
        let mut command = command(&format!("{}{mark}options=-csearch_path%3D{}", self.server, self.name));
        command.env("JWT_SECRET", "a secret of at least thirty-two bytes");
        command
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.run(&format!("SET client_min_messages = 'error'; DROP SCHEMA {} CASCADE", self.name));
    }
}

/// A running server, killed when dropped.
pub(crate) struct Server {
    process: Child,
    /// Host and port.
    pub(crate) address: String,
    pub(crate) client: Client,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start(mut command: Command) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        Self::start_as(command)
    }

    /// Starts a server with the arguments that the command already has.
    pub(crate) fn start_as(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("printed {line:?}"));
        let address = url.strip_prefix("http://").unwrap().to_owned();
        Self { process, address, client: Client::new(url.to_owned()) }
    }

    /// Sends a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status().unwrap();
        assert!(kill.success());
    }

    /// Returns what the process writes to stderr until its end, if that is piped.
    pub(crate) fn stderr(&mut self) -> String {
        let mut stderr = String::new();
        if let Some(mut pipe) = self.process.stderr.take() {
            pipe.read_to_string(&mut stderr).unwrap();
        }
        stderr
    }

    /// Waits until the process has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Stops the process as a service manager does and returns what it has written to stderr, if that is piped.
    pub(crate) fn stop(mut self) -> String {
        self.signal("TERM");
        let stderr = self.stderr();
        assert!(self.wait().success());
        stderr
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
