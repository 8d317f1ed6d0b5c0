use std::path::Path;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use crate::support::{Server, command, run, sqlite};

/// A signed-in user of a server.
struct User<'a> {
    server: &'a Server,
    token: String,
    body: Value,
}

impl<'a> User<'a> {
    fn register(server: &'a Server, name: &str, role: &str) -> Self {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "password": "Test1234", "first_name": name, "role": role });
        let answer = server.client.call("POST", "/api/v1/auth/register", None, Some(&body), 201).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { server, token, body: answer["user"].clone() }
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.server.client.call(method, path, Some(&self.token), body.as_ref(), 200).unwrap()
    }

    /// Books sessions with a tutor on some dates.
    fn book(&self, tutor: &User<'_>, dates: &[NaiveDate], (start, end): (&str, &str)) {
        let request = json!({
            "tutor_id": tutor.body["role_ids"]["tutor"], "schedule_type": "specific_dates",
            "specific_dates": dates, "start_time": start, "end_time": end,
        });
        let sent = self.call("POST", "/api/session-requests", Some(request));
        let answer = format!("/api/session-requests/tutor/{}", sent["request_id"]);
        tutor.call("PATCH", &answer, Some(json!({ "status": "accepted" })));
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
    sara.book(&tutor, &[day(10), day(11), day(12)], ("10:00", "11:00"));
    abel.book(&tutor, &[day(13)], ("10:00", "11:00"));
    let booked = tutor.call("GET", "/api/sessions", None);
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
    let [tutor, sara] = [tutor, sara].map(|user| User { server: &server, ..user });
    let moved = sara.call("GET", &format!("/api/sessions/{first}"), None);
    for field in ["starts_at", "ends_at", "session_date", "start_time"] {
        assert_eq!(moved[field], booked[0][field], "{field}");
    }
    assert_eq!(moved["version"], 1);
    let history = sara.call("GET", &format!("/api/sessions/{first}/history"), None);
    assert!(history.to_string().contains("zone_rules"), "{history}");
    tutor.call("POST", &format!("/api/sessions/{fourth}/cancel"), Some(json!({})));
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
