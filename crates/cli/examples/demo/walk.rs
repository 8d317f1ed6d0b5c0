//! The main use case of the platform, from four registrations to sessions in two calendars.

use serde_json::{Value, json};

use super::client::{Client, Failure};

/// A signed-in user.
struct Person<'a> {
    client: &'a Client,
    token: String,
    user: Value,
}

impl<'a> Person<'a> {
    fn register(client: &'a Client, run: &str, name: &str, role: &str) -> Result<Self, Failure> {
        let body = json!({
            "email": format!("{}-{run}@example.com", name.to_lowercase()), "password": "Test1234",
            "first_name": name, "role": role, "phone": "+251 911 234567",
        });
        let answer = client.call("POST", "/api/v1/auth/register", None, Some(&body), 201)?;
        let token = answer["access_token"].as_str().unwrap_or_default().to_owned();
        Ok(Self { client, token, user: answer["user"].clone() })
    }

    fn get(&self, path: &str) -> Result<Value, Failure> {
        self.client.call("GET", path, Some(&self.token), None, 200)
    }

    fn send(&self, method: &str, path: &str, body: &Value, expected: u16) -> Result<Value, Failure> {
        self.client.call(method, path, Some(&self.token), Some(body), expected)
    }

    fn package(&self, body: &Value) -> Result<Value, Failure> {
        self.send("POST", "/api/v1/tutor/packages", body, 201)
    }
}

fn expect(name: &str, actual: &Value, expected: &Value) -> Result<(), Failure> {
    if actual == expected { Ok(()) } else { Err(format!("{name} is {actual} instead of {expected}")) }
}

fn price(amount: &Value) -> String {
    amount.as_f64().map_or_else(|| amount.to_string(), |amount| format!("{amount:.2}"))
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn ids(list: &Value) -> Value {
    list.as_array().into_iter().flatten().map(|item| item["id"].clone()).collect()
}

/// Returns the dates that lie some days after today, by the server's clock.
fn dates_from(server: &Client, days: &[i64]) -> Result<Vec<String>, Failure> {
    let health = server.call("GET", "/health", None, None, 200)?;
    let today = health["timestamp"].as_str().and_then(|instant| instant.get(..10)).unwrap_or_default();
    let today: chrono::NaiveDate = today.parse().map_err(|error| format!("{today}: {error}"))?;
    Ok(days.iter().map(|days| (today + chrono::TimeDelta::days(*days)).to_string()).collect())
}

/// Walks through the use case. `run` makes its names unique. Returns the student's access token and number of sessions.
pub(crate) fn walk(server: &Client, run: &str, tell: impl Fn(&str)) -> Result<(String, usize), Failure> {
    let tutor = Person::register(server, run, "Tigist", "tutor")?;
    let second_tutor = Person::register(server, run, "Bekele", "tutor")?;
    let student = Person::register(server, run, "Sara", "student")?;
    let parent = Person::register(server, run, "Pawlos", "parent")?;
    tell("Tigist and Bekele register as tutors, Sara as a student, Pawlos as a parent.");
    expect("the parent's role", &parent.user["active_role"], &json!("parent"))?;

    let subjects = json!({ "bio": "Ten years of teaching", "subjects": [format!("Mathematics {run}")] });
    tutor.send("PUT", "/api/v1/tutor/profile", &subjects, 200)?;
    let algebra = tutor.package(&json!({ "name": "Algebra", "hourly_rate": 200.00 }))?;
    let geometry = tutor.package(&json!({ "name": "Geometry", "hourly_rate": 180.50 }))?;
    tell("Tigist completes her profile and offers Algebra at 200.00 and Geometry at 180.50 an hour.");

    let found = server.call("GET", &format!("/api/v1/tutors?subject=mathematics%20{run}"), None, None, 200)?;
    expect("the number of tutors found", &found["total"], &json!(1))?;
    let tutor_id = found["tutors"][0]["id"].clone();
    tell(&format!("Sara finds her: tutor {tutor_id}, from {} an hour.", price(&found["tutors"][0]["price"])));

    let ask = |package: &Value| {
        json!({
            "tutor_id": tutor_id, "package_id": package["id"], "message": "I'd like to book sessions",
            "schedule_type": "recurring", "days": ["Monday", "Wednesday"],
            "start_time": "14:00", "end_time": "16:00", "counter_offer_price": 150.00,
        })
    };
    let sent = student.send("POST", "/api/session-requests", &ask(&algebra), 200)?;
    tell(&format!("Sara requests Algebra on Mondays and Wednesdays: request {}.", sent["request_id"]));
    let again = student.send("POST", "/api/session-requests", &ask(&algebra), 409)?;
    expect("the existing request", &again["existing_request_id"], &sent["request_id"])?;
    tell(&format!(
        "A second request for the same package is refused: {}",
        again["detail"].as_str().unwrap_or_default()
    ));
    let other = student.send("POST", "/api/session-requests", &ask(&geometry), 200)?;
    tell(&format!("A request for another package is accepted: request {}.", other["request_id"]));

    let conversations = student.get("/api/v1/chat/conversations")?;
    expect("the number of conversations", &conversations["total"], &json!(1))?;
    let messages = student.get(&format!("/api/v1/chat/messages/{}", sent["conversation_id"]))?;
    let first = messages["messages"].as_array().and_then(|messages| messages.last()).cloned().unwrap_or_default();
    expect("the first message", &first["message_type"], &json!("session_request"))?;
    expect("its request", &first["media_metadata"]["session_request_id"], &sent["request_id"])?;
    tell("Both requests appear in their conversation.");

    let inbox = tutor.get("/api/v1/session-requests/tutor?status=pending")?;
    expect("the tutor's inbox", &json!(count(&inbox)), &json!(2))?;
    expect("the requester's phone before the answer", &inbox[0]["contact_phone"], &Value::Null)?;
    let path = |request: &Value| format!("/api/v1/session-requests/tutor/{request}");
    let accepted = tutor.send("PATCH", &path(&sent["request_id"]), &json!({ "status": "accepted" }), 200)?;
    expect("the agreed price", &accepted["agreed_price"], &json!(150.00))?;
    let no = json!({ "status": "rejected", "rejected_reason": "I am fully booked for Geometry" });
    tutor.send("PATCH", &path(&other["request_id"]), &no, 200)?;
    let twice = tutor.send("PATCH", &path(&sent["request_id"]), &json!({ "status": "accepted" }), 409)?;
    expect("the current status", &twice["current_status"], &json!("accepted"))?;
    tell(&format!(
        "Tigist accepts the first at {} an hour, which books {} sessions, and rejects the second.",
        price(&accepted["agreed_price"]),
        accepted["sessions_created"]
    ));

    let calendar = student.get("/api/v1/sessions")?;
    expect("the student's sessions", &json!(count(&calendar)), &accepted["sessions_created"])?;
    expect("the tutor's sessions", &ids(&tutor.get("/api/v1/tutor/sessions")?), &ids(&calendar))?;
    let students = tutor.get("/api/v1/session-requests/tutor/my-students")?;
    expect("the tutor's student", &students[0]["student_user_id"], &student.user["id"])?;
    tell(&format!("Both see the same sessions; the first starts at {}.", calendar[0]["starts_at"]));

    let piano = second_tutor.package(&json!({ "name": "Piano", "hourly_rate": 90 }))?;
    let three = json!({
        "tutor_id": piano["tutor_id"], "package_id": piano["id"], "schedule_type": "specific_dates",
        "specific_dates": dates_from(server, &[7, 8, 9])?, "start_time": "08:00", "end_time": "10:00",
    });
    let sent = student.send("POST", "/api/session-requests", &three, 200)?;
    let accepted = second_tutor.send("PATCH", &path(&sent["request_id"]), &json!({ "status": "accepted" }), 200)?;
    expect("the sessions of three dates", &accepted["sessions_created"], &json!(3))?;
    tell("Sara requests three dates from Bekele, who accepts: three sessions.");

    let renewed = student.send("POST", "/api/session-requests", &ask(&algebra), 200)?;
    tell(&format!("Once answered, the first request can be sent again: request {}.", renewed["request_id"]));
    let booked = count(&student.get("/api/v1/sessions")?);
    Ok((student.token, booked))
}
