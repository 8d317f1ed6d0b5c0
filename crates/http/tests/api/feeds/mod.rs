//! Calendar feeds, and sessions as calendars.

mod contents;
mod lifecycle;
mod reading;
mod secrets;

use calcard::icalendar::ICalendar;
use calcard::{Entry, Parser};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, dates};

/// A tutor and a student with two sessions, the first of them in person.
struct Course {
    tutor: Actor,
    student: Actor,
    sessions: Vec<String>,
}

impl Course {
    async fn booked(app: &TestApp) -> Self {
        let tutor = app.register(json!({ "role": "tutor", "first_name": "Tigist", "last_name": "Alemu" })).await;
        let student = app.register(json!({ "role": "student", "first_name": "Sara", "last_name": "Kebede" })).await;
        let package = tutor.package("Algebra, part 1; የሂሳብ ትምህርት ለሁለተኛ ደረጃ ተማሪዎች").await;
        let mut ask = dates(&[3, 4], "10:00", "11:30");
        ask["package_id"] = package["id"].clone();
        let request = student.ask(&tutor, ask).await.expect(200);
        tutor.answer(&request, json!({ "status": "accepted" })).await.expect(200);
        let sessions = student.get("/api/sessions").await.expect(200);
        let path = |session: &Value| format!("/api/v1/sessions/{}", session["id"]);
        let sessions: Vec<_> = sessions.as_array().unwrap().iter().map(path).collect();
        let place = json!({ "session_mode": "in_person", "location": "Bole, Addis Ababa" });
        tutor.patch(&sessions[0], place).await.expect(200);
        Self { tutor, student, sessions }
    }
}

/// Creates a feed and returns its path.
async fn feed(owner: &Actor, body: Value) -> String {
    let created = owner.post("/api/v1/calendar/feeds", body).await.expect(201);
    created["url"].as_str().unwrap().trim_start_matches("http://localhost:8080").to_owned()
}

fn text(answer: Answer) -> String {
    answer.expect(200).as_str().unwrap().to_owned()
}

/// Reads a calendar with a parser that shares no code with the writer. It leaves out what it cannot read, so tests look at all that
/// they expect.
fn parse(text: &str) -> ICalendar {
    let mut parser = Parser::new(text);
    let Entry::ICalendar(calendar) = parser.entry() else { panic!("not a calendar: {text}") };
    assert!(matches!(parser.entry(), Entry::Eof), "{text}");
    calendar
}

/// Returns the lines of a calendar that begin with a name, in their order.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(':')).collect()
}
