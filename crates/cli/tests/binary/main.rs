//! The binary as an operator runs it: started on a free port, walked through, stopped, started again.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "outside #[test] functions, helpers of tests fail the test in the same way"
)]

#[path = "../examples/demo/client.rs"]
mod client;
#[path = "../examples/demo/walk.rs"]
mod walk;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use client::Client;

const BINARY: &str = env!("CARGO_BIN_EXE_astegni");

struct Server {
    process: Child,
    client: Client,
}

fn command(database_url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command.env_clear().env("DATABASE_URL", database_url).env("RUST_LOG", "warn");
    command
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut process = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("said {line:?}"));
        Self { process, client: Client::new(address.to_owned()) }
    }

    /// Tells the process to stop as a service manager does, and waits until it has.
    fn stop(mut self) {
        let kill = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(kill.success());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn walk_and_come_back(start: impl Fn() -> Command) {
    let first = Server::start(start());
    let (token, booked) = walk::walk(&first.client, "first", |_| {}).unwrap();
    first.stop();
    let second = Server::start(start());
    let sessions = second.client.call("GET", "/api/v1/sessions", Some(&token), None, 200).unwrap();
    assert_eq!(sessions.as_array().unwrap().len(), booked, "data and sign-ins outlive a restart");
    walk::walk(&second.client, "second", |_| {}).unwrap();
    second.stop();
}

fn sqlite(folder: &Path) -> String {
    format!("sqlite://{}/astegni.db", folder.display())
}

#[test]
fn first_start_walk_stop_and_second_start_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    walk_and_come_back(|| command(&sqlite(folder.path())));
    assert!(folder.path().join("astegni.db.secret").exists());
}

#[test]
fn first_start_walk_stop_and_second_start_on_postgresql() {
    let server = std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres?connect_timeout=3".to_owned());
    let psql = |statement: &str| {
        let migrator = Command::new("psql").args([server.as_str(), "-qc", statement]).output();
        migrator.is_ok_and(|output| output.status.success())
    };
    let schema = format!("astegni_binary_{}", std::process::id());
    if !psql(&format!("CREATE SCHEMA {schema}")) {
        let required = std::env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
        assert!(!required, "PostgreSQL is required, and psql cannot reach it");
        eprintln!("PostgreSQL does not answer to psql; the binary's half on it is LEFT OUT");
        return;
    }
    let mark = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{mark}options=-csearch_path%3D{schema}");
    walk_and_come_back(|| {
        let mut command = command(&url);
        command.env("JWT_SECRET", "a secret of at least thirty-two bytes");
        command
    });
    assert!(psql(&format!("SET client_min_messages = 'error'; DROP SCHEMA {schema} CASCADE")));
}

/// Runs a command to its end: its exit code and what it said on stderr.
fn run(mut command: Command, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command.args(arguments).output().unwrap();
    let words = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), words(output.stdout), words(output.stderr))
}

#[test]
fn wrong_settings_are_told_with_the_exit_code_of_wrong_usage() {
    for (arguments, words) in [
        (vec!["serve", "--listen", "nowhere"], "--listen"),
        (vec!["serve", "--database-url", "mysql://x"], "sqlite:// or postgres://"),
        (vec!["serve", "--default-time-zone", "CEST"], "IANA"),
        (vec!["serve", "--cors-origins", "*"], "origin"),
        (vec!["dance"], "dance"),
    ] {
        let (code, _, stderr) = run(command("sqlite://unused.db"), &arguments);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn what_fails_is_told_with_exit_code_one() {
    let (code, _, stderr) = run(command("postgres://postgres@127.0.0.1:1/x"), &["serve"]);
    assert!(code == Some(1) && stderr.contains("JWT_SECRET"), "{stderr}");
    let mut short = command("sqlite://unused.db");
    short.env("JWT_SECRET", "short");
    let (code, _, stderr) = run(short, &["serve"]);
    assert!(code == Some(1) && stderr.contains("at least 32"), "{stderr}");
    let (code, _, stderr) = run(command("sqlite:///no/such/folder/a.db"), &["migrate"]);
    assert!(code == Some(1) && stderr.contains("/no/such/folder/a.db"), "{stderr}");
}

#[test]
fn the_schema_is_migrated_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = |arguments: &[&str]| run(command(&sqlite(folder.path())), arguments);
    assert_eq!(migrate(&["migrate"]).0, Some(0));
    let (_, status, _) = migrate(&["migrate", "--status"]);
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
    let migrations = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(status.lines().filter(|line| line.starts_with("applied ")).count(), migrations, "{status}");
    assert_eq!(status.lines().count(), migrations, "{status}");
    assert_eq!(migrate(&["migrate", "--down", "1"]).0, Some(0));
    let (_, status, _) = migrate(&["migrate", "--status"]);
    assert!(status.lines().last().unwrap().starts_with("pending "), "{status}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(command(&sqlite(folder.path())), &["migrate"]).0, Some(0));
    for arguments in [vec!["migrate", "--status"], vec!["openapi"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&sqlite(folder.path())).args(arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
    }
}

#[test]
fn the_openapi_document_is_printed() {
    let (code, document, _) = run(command("sqlite://unused.db"), &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!((code, document["openapi"].as_str()), (Some(0), Some("3.1.0")));
}
