//! Response bodies of the main calls, as clients see them. Ids and instants are the same in every run; tokens and
//! request ids are redacted. `INSTA_UPDATE=always` rewrites the snapshots.

use insta::{Settings, assert_json_snapshot};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, weekly};

/// Compares a body with the snapshot of this name.
#[track_caller]
pub(crate) fn assert_snapshot(name: &str, body: &Value) {
    let mut settings = Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for member in ["access_token", "refresh_token", "request_id"] {
        if body[member].is_string() {
            settings.add_redaction(&format!(".{member}"), format!("[{member}]"));
        }
    }
    settings.bind(|| assert_json_snapshot!(name, body));
}

#[actix_web::test]
async fn bodies_of_accounts() {
    let (_, anonymous) = TestApp::start().await;
    let body = json!({
        "email": "abebe@example.com", "password": "Test1234", "first_name": "Abebe", "last_name": "Bikila",
        "phone": "+251 911 000000", "role": "student",
    });
    let registered = anonymous.post("/api/v1/auth/register", body).await.expect(201);
    assert_snapshot("register", &registered);
    let credentials = json!({ "email": "abebe@example.com", "password": "Test1234" });
    assert_snapshot("login", &anonymous.post("/api/v1/auth/login", credentials).await.expect(200));
    let abebe = anonymous.signed_in(&registered);
    assert_snapshot("me", &abebe.get("/api/v1/auth/me").await.expect(200));
}

#[actix_web::test]
async fn bodies_of_connections() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let body =
        json!({ "target_user_id": tutor.user["id"], "connection_type": "friend", "connection_message": "Hello" });
    assert_snapshot("connection_create", &student.post("/api/v1/connections", body).await.expect(201));
    tutor.put(&format!("/api/v1/users/{}/follow", student.user["id"]), json!({})).await.expect(200);
    assert_snapshot("connection_list", &student.get("/api/v1/connections").await.expect(200));
    assert_snapshot("connection_stats", &student.get("/api/v1/connections/stats").await.expect(200));
    let body = json!({ "target_user_id": tutor.user["id"] });
    assert_snapshot("connection_check", &student.post("/api/v1/connections/check", body).await.expect(200));
}

#[actix_web::test]
async fn bodies_of_tutoring() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    let body = json!({
        "name": "Algebra", "description": "Equations and more", "hourly_rate": 150, "subjects": ["Mathematics"],
        "grade_level": ["Grade 9"], "schedule_days": ["Monday"], "start_time": "14:00", "end_time": "16:00",
    });
    assert_snapshot("package_create", &tutor.post("/api/v1/tutor/packages", body).await.expect(201));
    assert_snapshot("tutor_search", &anonymous.get("/api/v1/tutors?search=person").await.expect(200));
    let path = format!("/api/v1/tutors/{}", tutor.profile("tutor"));
    assert_snapshot("tutor_read", &anonymous.get(&path).await.expect(200));
}

/// Requests weekly sessions under a package.
async fn request(student: &Actor, tutor: &Actor) -> Value {
    let package = tutor.package("Algebra").await;
    let mut body = weekly();
    body["package_id"] = package["id"].clone();
    body["weeks"] = json!(1);
    body["message"] = json!("Chapter 3, please");
    student.ask(tutor, body).await.expect(200)
}

#[actix_web::test]
async fn bodies_of_requests_and_sessions() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let sent = request(&student, &tutor).await;
    // Here, `request_id` is the id of the session request.
    assert_eq!(sent["request_id"], 1);
    assert_snapshot("request_create", &sent);
    assert_snapshot("request_list", &tutor.get("/api/v1/session-requests/tutor").await.expect(200));
    let path = format!("/api/v1/session-requests/tutor/{}", sent["request_id"]);
    assert_snapshot("request_preview", &tutor.post(&format!("{path}/preview"), json!({})).await.expect(200));
    assert_snapshot("request_accept", &tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200));
    assert_snapshot("session_list", &student.get("/api/v1/sessions").await.expect(200));
}

#[actix_web::test]
async fn bodies_of_chat() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let sent = request(&student, &tutor).await;
    assert_snapshot("conversation_list", &tutor.get("/api/v1/chat/conversations").await.expect(200));
    let path = format!("/api/v1/chat/messages/{}", sent["conversation_id"]);
    assert_snapshot("message_list", &tutor.get(&path).await.expect(200));
}

#[actix_web::test]
async fn bodies_of_problems() {
    let (app, anonymous) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    assert_snapshot("problem_401", &anonymous.get("/api/v1/auth/me").await.expect(401));
    assert_snapshot("problem_404", &student.get("/api/v1/connections/999").await.expect(404));
    request(&student, &tutor).await;
    let mut again = weekly();
    again["package_id"] = json!(1);
    assert_snapshot("problem_409", &student.ask(&tutor, again).await.expect(409));
    let body = json!({ "tutor_id": "1", "days": ["Monday", 2], "start_time": "16:00", "end_time": "14:00" });
    assert_snapshot("problem_422", &student.post("/api/v1/session-requests", body).await.expect(422));
}
