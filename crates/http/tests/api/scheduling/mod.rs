//! Changes of sessions, availability, time off and free slots.

mod additions;
mod availability;
mod cancellation;
mod changes;
mod hours;
mod lists;
mod overnight;
mod phases;
mod series;
mod slots;
mod time_off;

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, dates};

/// A tutor and a student.
async fn pair() -> (TestApp, Actor, Actor) {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    (app, tutor, student)
}

/// Requests sessions, accepts them, and returns them as the tutor sees them.
async fn booked(tutor: &Actor, requester: &Actor, schedule: Value) -> Vec<Value> {
    let sent = requester.ask(tutor, schedule).await.expect(200);
    accepted(tutor, &sent).await
}

/// Accepts a request, and returns its sessions as the tutor sees them.
async fn accepted(tutor: &Actor, sent: &Value) -> Vec<Value> {
    tutor.answer(sent, json!({ "status": "accepted" })).await.expect(200);
    let mut sessions = taught(tutor).await;
    sessions.retain(|session| session["request_id"] == sent["request_id"]);
    sessions
}

/// Returns the sessions of a tutor.
async fn taught(tutor: &Actor) -> Vec<Value> {
    tutor.get("/api/tutor/sessions").await.expect(200).as_array().unwrap().clone()
}

/// Returns the path of a session.
fn path(session: &Value) -> String {
    format!("/api/v1/sessions/{}", session["id"])
}

/// Returns the path at which a session is cancelled.
fn cancel(session: &Value) -> String {
    format!("{}/cancel", path(session))
}

/// Returns a time of day on the day of a session.
fn time(start: &str, end: &str) -> Value {
    json!({ "start_time": start, "end_time": end })
}

/// Returns the parts of a session that tell when it takes place.
fn times(session: &Value) -> (&str, &str, &str) {
    let part = |name: &str| session[name].as_str().unwrap();
    (part("session_date"), part("start_time"), part("end_time"))
}

/// Returns the present tag of a resource.
async fn tag(actor: &Actor, path: &str) -> String {
    actor.get(path).await.header("etag").unwrap().to_owned()
}

/// Sends a body on the condition that the resource still has a tag.
async fn send_if(actor: &Actor, request: TestRequest, path: &str, tag: &str, body: Value) -> Answer {
    actor.send(request.uri(path).insert_header(("If-Match", tag)).set_json(body)).await
}

/// Books a child's session from ten to eleven in some days, and returns it as the tutor sees it.
async fn booked_for_child(tutor: &Actor, parent: &Actor, offset: i64) -> Value {
    let child = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(201);
    let mut schedule = dates(&[offset], "10:00", "11:00");
    schedule["requested_to_id"] = child["id"].clone();
    booked(tutor, parent, schedule).await.remove(0)
}
