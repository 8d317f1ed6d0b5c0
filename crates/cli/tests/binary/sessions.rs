use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use crate::support::{Server, command, run, sqlite};

/// A signed-in user.
struct User {
    token: String,
    body: Value,
}

impl User {
    fn register(server: &Server, name: &str, role: &str) -> Self {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "password": "Test1234", "first_name": name, "role": role });
        let answer = server.client.call("POST", "/api/v1/auth/register", None, Some(&body), 201).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { token, body: answer["user"].clone() }
    }

    fn call(&self, server: &Server, method: &str, path: &str, body: Option<&Value>) -> Value {
        server.client.call(method, path, Some(&self.token), body, 200).unwrap()
    }

    /// Books sessions with a tutor on some dates.
    fn book(&self, server: &Server, tutor: &User, dates: &[NaiveDate]) {
        let dates: Vec<_> = dates.iter().map(NaiveDate::to_string).collect();
        let request = json!({
            "tutor_id": tutor.body["role_ids"]["tutor"], "schedule_type": "specific_dates",
            "specific_dates": dates, "start_time": "10:00", "end_time": "11:00",
        });
        let sent = self.call(server, "POST", "/api/session-requests", Some(&request));
        let answer = format!("/api/session-requests/tutor/{}", sent["request_id"]);
        tutor.call(server, "PATCH", &answer, Some(&json!({ "status": "accepted" })));
    }
}

/// Runs SQL on the database of a server that is stopped.
fn execute(folder: &Path, statements: &str) {
    let file = folder.join("astegni.db");
    SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(statements).unwrap();
}

fn recheck(folder: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    run(command(&sqlite(folder)), &[&["sessions", "recheck-zones"], options].concat())
}

fn instant(session: &Value, field: &str) -> DateTime<Utc> {
    session[field].as_str().unwrap().parse().unwrap()
}

/// Books four sessions and writes them as if the zone had been three hours further east when the first and the third were booked;
/// the fourth is at the time that the third would move to.
#[test]
fn sessions_keep_their_local_times_under_new_rules_unless_they_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(command(&sqlite(folder)));
    let tutor = User::register(&server, "tigist", "tutor");
    let (sara, abel) = (User::register(&server, "sara", "student"), User::register(&server, "abel", "student"));
    let health = server.client.call("GET", "/health", None, None, 200).unwrap();
    let today = instant(&health, "timestamp").date_naive();
    let day = |days| today + TimeDelta::days(days);
    sara.book(&server, &tutor, &[day(10), day(11), day(12)]);
    abel.book(&server, &tutor, &[day(13)]);
    let booked = tutor.call(&server, "GET", "/api/sessions", None);
    let [first, _, third, fourth] = [0, 1, 2, 3].map(|index| booked[index]["id"].as_i64().unwrap());
    server.stop();
    let shift = |id: i64, hours: i64| {
        format!(
            "UPDATE sessions SET starts_at = datetime(starts_at, '{hours} hours'), \
             ends_at = datetime(ends_at, '{hours} hours') WHERE id = {id};"
        )
    };
    let others = format!("UPDATE sessions SET zone_rules = '2020a' WHERE id <> {fourth};");
    execute(folder, &[shift(first, -3), shift(third, -3), shift(fourth, -24), others].concat());

    for _ in 0..2 {
        let (code, printed, stderr) = recheck(folder, &["--dry-run"]);
        assert_eq!((code, printed.as_str()), (Some(0), "would move 2, unchanged 1\n"), "{stderr}");
    }
    let start = instant(&booked[2], "starts_at");
    let time = |hours: i64| (start + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%SZ");
    let stuck = format!(
        "session {third} not moved: {}/{} -> {}/{}: tutor_busy with session {fourth}\n",
        time(-3),
        time(-2),
        time(0),
        time(1)
    );
    let (code, printed, stderr) = recheck(folder, &[]);
    assert_eq!((code, printed), (Some(1), format!("moved 1, unchanged 1, not moved 1\n{stuck}")), "{stderr}");
    assert!(stderr.contains("1 of the sessions could not be moved"), "{stderr}");
    let (code, printed, _) = recheck(folder, &[]);
    assert_eq!((code, printed), (Some(1), format!("moved 0, unchanged 0, not moved 1\n{stuck}")));

    let server = Server::start(command(&sqlite(folder)));
    let moved = sara.call(&server, "GET", &format!("/api/sessions/{first}"), None);
    for field in ["starts_at", "ends_at", "session_date", "start_time"] {
        assert_eq!(moved[field], booked[0][field], "{field}");
    }
    assert_eq!(moved["version"], 1);
    let history = sara.call(&server, "GET", &format!("/api/sessions/{first}/history"), None);
    assert!(history.to_string().contains("zone_rules"), "{history}");
    tutor.call(&server, "POST", &format!("/api/sessions/{fourth}/cancel"), Some(&json!({})));
    server.stop();
    let (code, printed, stderr) = recheck(folder, &[]);
    assert_eq!((code, printed.as_str()), (Some(0), "moved 1, unchanged 0, not moved 0\n"), "{stderr}");
    assert_eq!(recheck(folder, &[]).1, "moved 0, unchanged 0, not moved 0\n");
}

#[test]
fn a_database_that_is_missing_or_not_migrated_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = recheck(folder.path(), &[]);
    assert!(code == Some(1) && stderr.contains("there is no database"), "{stderr}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    for arguments in [vec!["migrate"], vec!["migrate", "--down", "1"]] {
        assert_eq!(run(command(&sqlite(folder.path())), &arguments).0, Some(0));
    }
    let (code, printed, stderr) = recheck(folder.path(), &["--dry-run"]);
    assert_eq!((code, printed.as_str()), (Some(1), ""));
    assert!(stderr.contains("has pending migrations; run `astegni migrate` first"), "{stderr}");
}
