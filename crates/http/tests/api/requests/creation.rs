use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, dates, day, fields, weekly};

#[actix_web::test]
async fn the_main_job_from_the_request_to_the_sessions() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let package = tutor.package("Algebra").await;
    let mut ask = weekly();
    ask["package_id"] = package["id"].clone();
    ask["message"] = json!("I'd like to book sessions");
    ask["counter_offer_price"] = json!(150.00);
    let sent = student.ask(&tutor, ask.clone()).await.expect(200);
    assert_eq!(sent["message"], "Session request sent successfully");

    let again = student.ask(&tutor, ask.clone()).await.expect(409);
    let words = format!(
        "Request already sent. You have a pending request for this package (Request ID: {}, sent on January 30, 2026). \
         Please wait for the tutor's response.",
        sent["request_id"]
    );
    assert_eq!(again["detail"], words);
    assert_eq!(again["existing_request_id"], sent["request_id"]);
    assert_eq!(again["error"]["type"], "duplicate_request");

    let one = tutor.get(&format!("/api/session-requests/tutor/{}", sent["request_id"])).await.expect(200);
    assert_eq!((one["package_price"].clone(), one["counter_offer_price"].clone()), (json!(200.5), json!(150.0)));
    assert_eq!((one["days"].clone(), one["start_time"].clone()), (json!(["Monday", "Wednesday"]), json!("14:00:00")));
    assert_eq!((one["contact_email"].clone(), one["direction"].clone()), (Value::Null, json!("received")));

    let accepted = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(accepted["message"], "Session request accepted and student added to your students list");
    assert_eq!(accepted["agreed_price"].to_string(), "150.0");
    assert_eq!(accepted["sessions_created"], 16);
    let one = tutor.get(&format!("/api/session-requests/tutor/{}", sent["request_id"])).await.expect(200);
    assert_eq!(one["contact_email"], student.user["email"]);
    let students = tutor.get("/api/session-requests/tutor/my-students").await.expect(200);
    assert_eq!(students[0]["student_id"], student.profile("student"));
    student.ask(&tutor, ask).await.expect(200);
}

#[actix_web::test]
async fn three_rejections_within_30_days_forbid_a_request_until_the_first_is_older() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    for _ in 0..3 {
        let sent = student.ask(&tutor, json!({})).await.expect(200);
        tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(200);
    }
    let refused = student.ask(&tutor, json!({})).await;
    assert_eq!(refused.header("retry-after"), Some("2592000"));
    let refused = refused.expect(429);
    assert_eq!((&refused["code"], &refused["retry_at"]), (&json!("request_cooldown"), &json!("2026-03-01T05:00:00Z")));
    app.clock.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let student = student.log_in().await;
    assert_eq!(student.ask(&tutor, json!({})).await.expect(429)["retry_after"], 1);
    app.clock.advance(TimeDelta::seconds(1));
    student.ask(&tutor, json!({})).await.expect(200);
}

#[actix_web::test]
async fn all_invalid_fields_are_reported_at_once() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let body = json!({
        "package_id": 999, "schedule_type": "recurring", "days": ["Funday"], "specific_dates": ["2020-01-01", "2026-02-30"],
        "start_time": "16:00", "end_time": "14:00", "counter_offer_price": 0, "weeks": 27, "time_zone": "EST", "message": 5,
    });
    let problem = student.ask(&tutor, body).await.expect(422);
    let mut named = fields(&problem);
    named.sort_unstable();
    let expected = [
        "counter_offer_price",
        "days.0",
        "end_time",
        "message",
        "package_id",
        "specific_dates",
        "specific_dates.0",
        "specific_dates.1",
        "time_zone",
        "weeks",
    ];
    assert_eq!(named, expected);
}

#[actix_web::test]
async fn only_students_and_parents_of_the_child_send_requests() {
    let (app, anonymous) = TestApp::start().await;
    let (tutor, student, parent) = (app.tutor().await, app.student().await, app.parent().await);
    anonymous.ask(&tutor, json!({})).await.expect(401);
    let refused = tutor.ask(&tutor, json!({})).await.expect(403);
    assert_eq!(refused["detail"], "Only students and parents can request tutoring sessions");
    assert_eq!(parent.ask(&tutor, json!({})).await.expect(400)["code"], "child_required");
    let stranger = json!({ "requested_to_id": student.profile("student") });
    assert_eq!(parent.ask(&tutor, stranger).await.expect(404)["detail"], "Child not found");
    let unknown = student.post("/api/session-requests", json!({ "tutor_id": 999 })).await;
    assert_eq!(unknown.expect(404)["detail"], "Tutor not found");
    let both = app.register(json!({ "roles": ["student", "tutor"] })).await;
    assert_eq!(both.ask(&both, json!({})).await.expect(400)["code"], "own_tutor");
}

#[actix_web::test]
async fn a_request_keeps_the_package_as_it_was() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let package = tutor.package("Algebra").await;
    let sent = student.ask(&tutor, json!({ "package_id": package["id"] })).await.expect(200);
    let path = format!("/api/tutor/packages/{}", package["id"]);
    tutor.put(&path, json!({ "name": "Dear algebra", "hourly_rate": 900 })).await.expect(200);
    tutor.delete(&path).await.expect(204);
    let view = tutor.get(&format!("/api/session-requests/tutor/{}", sent["request_id"])).await.expect(200);
    assert_eq!((view["package_name"].clone(), view["package_price"].clone()), (json!("Algebra"), json!(200.5)));
    let accepted = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!((accepted["agreed_price"].clone(), accepted["sessions_created"].clone()), (json!(200.5), json!(0)));
    let refused = student.ask(&tutor, json!({ "package_id": package["id"] })).await.expect(422);
    assert_eq!(fields(&refused), ["package_id"]);
}

#[actix_web::test]
async fn a_draft_without_a_tutor_reports_its_other_invalid_fields_too() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    let problem = student.post("/api/session-requests", json!({ "weeks": 0, "days": ["Funday"] })).await.expect(422);
    let mut named = fields(&problem);
    named.sort_unstable();
    assert_eq!(named, ["days.0", "tutor_id", "weeks"]);
    let problem = student.post("/api/session-requests", json!({ "tutor_id": "2", "weeks": 27 })).await.expect(422);
    assert_eq!(fields(&problem), ["tutor_id", "weeks"]);
    assert_eq!(fields(&student.post("/api/session-requests", json!([])).await.expect(422)), ["body"]);
}

#[actix_web::test]
async fn times_are_in_whole_minutes() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    for (from, to, field) in [("10:00:00", "10:00:30", "end_time"), ("10:00:30", "11:00", "start_time")] {
        let problem = student.ask(&tutor, dates(&[7], from, to)).await.expect(422);
        assert_eq!(fields(&problem), [field]);
        assert_eq!(problem["errors"][0]["message"], "must be in whole minutes");
    }
    let sent = student.ask(&tutor, dates(&[7], "10:00:00", "10:01:00")).await.expect(200);
    let session = json!({ "session_date": day(7), "start_time": "10:00:00", "end_time": "10:00:30" });
    let problem = tutor.answer(&sent, json!({ "status": "accepted", "sessions": [session] })).await.expect(422);
    assert_eq!(fields(&problem), ["sessions.0.end_time"]);
}

#[actix_web::test]
async fn a_student_cannot_request_sessions_for_another_student() {
    let (app, _) = TestApp::start().await;
    let (tutor, student, other) = (app.tutor().await, app.student().await, app.student().await);
    let naming = |actor: &Actor| json!({ "requested_to_id": actor.profile("student") });
    let refused = student.ask(&tutor, naming(&other)).await.expect(403);
    assert_eq!(refused["code"], "role_required");
    assert_eq!(refused["detail"], "Only parents can request sessions for another student");
    assert_eq!(student.get("/api/session-requests/my-requests").await.expect(200), json!([]));
    student.ask(&tutor, naming(&student)).await.expect(200);
}
