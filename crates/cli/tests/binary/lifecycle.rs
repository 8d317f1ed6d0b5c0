use std::net::TcpListener;
use std::process::Command;

use crate::support::{Schema, Server, command, run, sqlite};
use crate::walk;

fn serve_stop_and_serve_again(start: impl Fn() -> Command) {
    let first = Server::start(start());
    let (token, booked) = walk::walk(&first.client, "first", |_| {}).unwrap();
    first.stop();
    let second = Server::start(start());
    let sessions = second.client.call("GET", "/api/v1/sessions", Some(&token), None, 200).unwrap();
    assert_eq!(sessions.as_array().unwrap().len(), booked, "sessions and access tokens outlive a restart");
    walk::walk(&second.client, "second", |_| {}).unwrap();
    second.stop();
}

#[test]
fn data_and_sign_ins_outlive_a_restart_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    serve_stop_and_serve_again(|| command(&sqlite(folder.path())));
    assert!(folder.path().join("astegni.db.secret").exists());
}

#[test]
fn data_and_sign_ins_outlive_a_restart_on_postgresql() {
    let Some(schema) = Schema::create("restart") else { return };
    serve_stop_and_serve_again(|| schema.command());
}

#[test]
fn after_a_stop_the_file_of_sqlite_is_complete_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(&sqlite(folder.path())));
    let (token, booked) = walk::walk(&server.client, "first", |_| {}).unwrap();
    server.stop();
    let copy = tempfile::tempdir().unwrap();
    for file in ["astegni.db", "astegni.db.secret"] {
        std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
    }
    let server = Server::start(command(&sqlite(copy.path())));
    let sessions = server.client.call("GET", "/api/v1/sessions", Some(&token), None, 200).unwrap();
    assert_eq!(sessions.as_array().unwrap().len(), booked);
    server.stop();
}

#[test]
fn a_port_in_use_is_reported_before_anything_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = run(command(&sqlite(folder.path())), &["serve", "--listen", &address]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains(&address), "{stderr}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "neither a database nor a secret");
}

#[test]
fn a_host_name_is_an_address_to_listen_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&sqlite(folder.path()));
    command.args(["serve", "--listen", "localhost:0"]);
    let server = Server::start_as(command);
    server.client.call("GET", "/health", None, None, 200).unwrap();
    server.stop();
}
