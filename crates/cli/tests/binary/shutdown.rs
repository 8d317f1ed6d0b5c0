use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::thread;

use crate::support::{Server, command, sqlite};

const BODY: &str = r#"{"email":"sara@example.com","password":"Test1234","first_name":"Sara","role":"student"}"#;

/// Sends the head of a registration and waits until the server asks for its body: the request is then in flight.
fn begin_registration(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/v1/auth/register HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut interim = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"));
    stream
}

/// Waits until the server accepts no more connections, which shows that it has received the signal.
fn until_closed(address: &str) {
    while TcpStream::connect(address).is_ok() {
        thread::yield_now();
    }
}

fn a_request_in_flight_completes_after(signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(command(&sqlite(folder.path())));
    let mut stream = begin_registration(&server.address);
    let (first_half, second_half) = BODY.as_bytes().split_at(BODY.len() / 2);
    stream.write_all(first_half).unwrap();
    server.signal(signal);
    until_closed(&server.address);
    stream.write_all(second_half).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201"), "{response}");
    assert!(response.contains("access_token"), "{response}");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn a_request_in_flight_completes_after_sigint() {
    a_request_in_flight_completes_after("INT");
}

#[test]
fn a_request_in_flight_completes_after_sigterm() {
    a_request_in_flight_completes_after("TERM");
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    for (second, code) in [("INT", 130), ("TERM", 143)] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server::start(command(&sqlite(folder.path())));
        let stream = begin_registration(&server.address);
        server.signal("INT");
        until_closed(&server.address);
        server.signal(second);
        assert_eq!(server.wait().code(), Some(code));
        drop(stream);
    }
}

#[test]
fn the_last_line_is_written_before_a_second_signal_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&sqlite(folder.path()));
    command.stderr(Stdio::piped());
    let mut server = Server::start(command);
    let stream = begin_registration(&server.address);
    server.signal("INT");
    until_closed(&server.address);
    server.signal("INT");
    assert!(server.stderr().contains("stopping at once"));
    assert_eq!(server.wait().code(), Some(130));
    drop(stream);
}

#[test]
fn idle_connections_do_not_delay_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(command(&sqlite(folder.path())));
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut first_byte = [0];
    stream.read_exact(&mut first_byte).unwrap();
    let started = std::time::Instant::now();
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(0));
    assert!(started.elapsed().as_secs() < 8, "the limit for requests in flight is 10 seconds");
}
