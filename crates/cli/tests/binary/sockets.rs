use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use crate::support::{Server, command, run, sqlite};

/// Sends bytes on a new connection and returns all that the server sends until it closes the connection.
fn exchange(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    String::from_utf8(response).unwrap()
}

#[test]
fn malformed_and_aborted_requests_are_not_logged_as_errors() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&sqlite(folder.path()));
    command.env("RUST_LOG", "info").stderr(Stdio::piped());
    let server = Server::start(command);
    for request in
        ["\x16\x03\x01\x02\r\n\r\n", "GET /api/tutors?search=አበበ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/9\r\n\r\n"]
    {
        let response = exchange(&server.address, request.as_bytes());
        assert!(response.starts_with("HTTP/1.1 400 "), "{request:?}: {response}");
    }
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: a\r\n".repeat(200));
    assert!(exchange(&server.address, many.as_bytes()).starts_with("HTTP/1.1 431 "));
    let mut aborted = TcpStream::connect(&server.address).unwrap();
    aborted.write_all(b"POST /api/login HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{").unwrap();
    drop(aborted);
    let encoded = "GET /api/tutors?search=%E1%8A%A0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(exchange(&server.address, encoded.as_bytes()).starts_with("HTTP/1.1 200 "));
    let logs = server.stop();
    assert!(logs.contains("response sent") && !logs.contains("ERROR"), "{logs}");
}

#[test]
fn an_idle_connection_is_kept_open_as_long_as_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut short = command(&sqlite(folder.path()));
    short.env("KEEP_ALIVE", "1");
    let server = Server::start(short);
    // The server closes the connection by itself, since the request does not ask for it.
    let response = exchange(&server.address, b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(response.starts_with("HTTP/1.1 200 ") && response.ends_with("alive"), "{response}");
    server.stop();
}

#[test]
fn idle_connections_stay_open_for_75_seconds_by_default() {
    let (_, help, _) = run(command("sqlite://unused.db"), &["serve", "--help"]);
    let setting = help.split("--keep-alive").nth(1).unwrap();
    assert!(setting.split("--").next().unwrap().contains("[default: 75]"), "{setting}");
    let (code, _, _) = run(command("sqlite://unused.db"), &["serve", "--keep-alive", "0"]);
    assert_eq!(code, Some(2));
}
