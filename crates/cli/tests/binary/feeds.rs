use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Server, command, run, sqlite};

#[test]
fn the_public_url_begins_the_addresses_of_feeds_and_no_log_contains_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(&sqlite(folder.path()));
    serve.env("PUBLIC_URL", "https://astegni.example/backend/").env("RUST_LOG", "trace").stderr(Stdio::piped());
    let server = Server::start(serve);
    let person =
        json!({ "email": "sara@example.com", "password": "Test1234", "first_name": "Sara", "role": "student" });
    let user = server.client.call("POST", "/api/v1/auth/register", None, Some(&person), 201).unwrap();
    let token = user["access_token"].as_str();
    let call = |method: &str, path: &str, body: Option<&Value>, status| {
        server.client.call(method, path, token, body, status).unwrap()
    };
    let created = call("POST", "/api/v1/calendar/feeds", Some(&json!({})), 201);
    let secret = created["secret"].as_str().unwrap();
    let path = format!("/api/v1/calendar/{secret}.ics");
    assert_eq!(created["url"], format!("https://astegni.example/backend{path}"));

    let read = ureq::get(format!("http://{}{path}", server.address)).call().unwrap().body_mut().read_to_string();
    assert!(read.unwrap().starts_with("BEGIN:VCALENDAR\r\n"));
    call("POST", &path, Some(&json!({})), 405);
    call("GET", &path.replace("calendar", "%63alendar"), None, 404);
    call("GET", &format!("/calendar/{secret}?x={secret}"), None, 404);
    call("DELETE", &format!("/api/v1/calendar/feeds/{}", created["id"]), None, 204);
    let gone = call("GET", &path, None, 404);
    assert_eq!(gone["instance"], "/api/v1/calendar/[secret].ics");

    let logs = server.stop();
    assert!(logs.contains("/api/v1/calendar/[secret].ics") && logs.contains("TRACE"), "{logs}");
    assert!(!logs.contains(secret.trim_start_matches("astegni_cal_")), "{logs}");
}

#[test]
fn a_public_url_without_a_host_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["astegni.example", "https://", "https://astegni.example?x=1"] {
        let (code, _, stderr) = run(command(&sqlite(folder.path())), &["serve", "--public-url", url]);
        assert!(code == Some(2) && stderr.contains("must be a URL such as"), "{url}: {stderr}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
