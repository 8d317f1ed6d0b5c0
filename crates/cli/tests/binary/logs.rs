use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Server, command, run, sqlite};

fn json_logs(database_url: &str) -> Command {
    let mut command = command(database_url);
    command.env("LOG_FORMAT", "json").env("RUST_LOG", "info").stderr(Stdio::piped());
    command
}

fn parse_lines(stderr: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    stderr.lines().map(parse).collect()
}

#[test]
fn every_line_of_json_logs_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(json_logs(&sqlite(folder.path())));
    server.client.call("GET", "/health", None, None, 200).unwrap();
    let lines = parse_lines(&server.stop());
    assert!(lines.iter().all(Value::is_object));
    let applied = lines.iter().filter(|line| line["message"] == "applied" && line["migration"].is_string());
    assert!(applied.count() > 1);
    let answered = lines.iter().find(|line| !line["elapsed_us"].is_null()).unwrap();
    assert!(answered["elapsed_us"].is_u64(), "{answered}");
    assert_eq!(answered["status"], 200);
}

#[test]
fn the_error_that_ends_the_process_is_an_object_in_json_logs() {
    for (database_url, reason) in [
        ("sqlite:///no/such/folder/a.db", "/no/such/folder/a.db"),
        ("postgres://postgres@127.0.0.1:1/nowhere", "127.0.0.1"),
    ] {
        let mut command = json_logs(database_url);
        command.env("RUST_LOG", "off").env("JWT_SECRET", "a secret of at least thirty-two bytes");
        let (code, _, stderr) = run(command, &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(code, Some(1), "{stderr}");
        let lines = parse_lines(&stderr);
        assert_eq!((lines.len(), &lines[0]["level"]), (1, &Value::from("ERROR")), "{stderr}");
        assert!(lines[0]["message"].as_str().unwrap().contains(reason), "{stderr}");
        assert!(lines[0]["timestamp"].as_str().unwrap().ends_with('Z'), "{stderr}");
    }
}

/// A pipe holds 64 KiB, a tenth of these lines.
#[test]
fn a_reader_of_logs_that_is_stuck_for_a_while_delays_no_request_and_misses_nothing() {
    const REQUESTS: usize = 2000;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(json_logs(&sqlite(folder.path())));
    for _ in 0..REQUESTS {
        server.client.call("GET", "/health", None, None, 200).unwrap();
    }
    let lines = parse_lines(&server.stop());
    let answered = lines.iter().filter(|line| !line["elapsed_us"].is_null()).count();
    assert_eq!(answered, REQUESTS);
    assert_eq!(lines.last().unwrap()["message"], "stopped");
}

#[test]
fn a_stop_does_not_wait_for_a_reader_of_logs_that_is_stuck() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(json_logs(&sqlite(folder.path())));
    for _ in 0..1000 {
        server.client.call("GET", "/health", None, None, 200).unwrap();
    }
    server.signal("TERM");
    assert!(server.wait().success());
    assert!(server.stderr().lines().count() < 1000, "the pipe holds no more");
}
