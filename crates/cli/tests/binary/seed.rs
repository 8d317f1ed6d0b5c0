use serde_json::json;

use crate::support::{Server, command, run, sqlite};

const SMALL: [&str; 9] = ["seed", "--users", "50", "--tutors", "8", "--follows", "5", "--celebrity", "30"];

#[test]
fn seeded_users_log_in_list_connections_find_tutors_and_request_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(folder.path());
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--password", "correct horse"]);
    let (code, stdout, stderr) = run(command(&database), &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.starts_with("seeded 50 users, of whom 8 are tutors with 16 packages, and 276 follows"), "{stdout}");
    assert!(stdout.trim_end().ends_with("user1@example.com to user50@example.com"), "{stdout}");
    assert!(stderr.contains("users: 50 of 50\n") && stderr.contains("tutors: 8 of 8\n"), "{stderr}");

    let server = Server::start(command(&database));
    let call = |method: &str, path: &str, token: Option<&str>, body: Option<serde_json::Value>| {
        server.client.call(method, path, token, body.as_ref(), 200).unwrap()
    };
    let log_in = |user: i64| {
        let body = json!({ "email": format!("user{user}@example.com"), "password": "correct horse" });
        call("POST", "/api/login", None, Some(body))["access_token"].as_str().unwrap().to_owned()
    };
    let (tutor, student) = (log_in(3), log_in(50));
    assert_eq!(call("GET", "/api/me", Some(&tutor), None)["active_role"], "tutor");
    let stats = call("GET", "/api/connections/stats", Some(&student), None);
    assert_eq!(stats["following_count"], 5, "{stats}");
    let connections = call("GET", "/api/connections?limit=20", Some(&student), None);
    assert_eq!(connections.as_array().unwrap().len(), 10, "{connections}");
    let celebrity = call("GET", "/api/connections/stats", Some(&log_in(1)), None);
    assert!(celebrity["followers_count"].as_i64().unwrap() >= 30, "{celebrity}");

    let found = call("GET", "/api/v1/tutors?subject=biology", None, None);
    assert_eq!((&found["total"], &found["tutors"][0]["id"]), (&json!(1), &json!(3)), "{found}");
    for (package, slot) in [(5, ("06:00", "06:30")), (6, ("23:00", "23:30"))] {
        let request = json!({
            "tutor_id": 3, "package_id": package, "message": "Algebra", "schedule_type": "recurring",
            "days": ["Tuesday", "Thursday", "Saturday"], "start_time": slot.0, "end_time": slot.1,
        });
        let sent = call("POST", "/api/session-requests", Some(&student), Some(request));
        let answer = format!("/api/session-requests/tutor/{}", sent["request_id"]);
        let accepted = call("PATCH", &answer, Some(&tutor), Some(json!({ "status": "accepted" })));
        assert!(accepted["sessions_created"].as_i64().unwrap() >= 24, "{accepted}");
    }
    let another =
        json!({ "email": "new@example.com", "password": "correct horse", "first_name": "New", "role": "tutor" });
    let registered = server.client.call("POST", "/api/v1/auth/register", None, Some(&another), 201).unwrap();
    assert_eq!(registered["user"]["id"], 51);
    server.stop();
}

#[test]
fn a_database_with_users_is_not_seeded_again() {
    let folder = tempfile::tempdir().unwrap();
    let seed = || run(command(&sqlite(folder.path())), &SMALL);
    assert_eq!(seed().0, Some(0));
    let (code, stdout, stderr) = seed();
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("already holds users"), "{stderr}");
}

#[test]
fn options_that_contradict_each_other_are_usage_errors_before_anything_is_created() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, reason) in [
        (vec!["--users", "0"], "--users"),
        (vec!["--tutors", "5"], "--users"),
        (vec!["--users", "5", "--tutors", "6"], "--tutors 6 must be at most --users 5"),
        (vec!["--users", "5", "--celebrity", "5"], "--celebrity 5 must be less than --users 5"),
        (vec!["--users", "5", "--follows", "1001"], "--follows"),
        (vec!["--users", "5", "--password", "short"], "must have at least 8 characters"),
    ] {
        let mut seed = vec!["seed"];
        seed.extend(arguments);
        let (code, _, stderr) = run(command(&sqlite(folder.path())), &seed);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
