use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{TestApp, dates, day, fields, weekly};

#[actix_web::test]
async fn the_main_job_from_the_ask_to_the_sessions() {
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
async fn three_days_a_week_from_a_friday_on_are_25_sessions() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let mut ask = weekly();
    ask["days"] = json!(["Monday", "Wednesday", "Friday"]);
    let sent = student.ask(&tutor, ask).await.expect(200);
    let accepted = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(accepted["sessions_created"], 25);
    let sessions = student.get("/api/sessions").await.expect(200);
    assert_eq!(sessions.as_array().unwrap().len(), 25);
    assert_eq!(
        (&sessions[0]["session_date"], &sessions[0]["starts_at"]),
        (&json!(day(0)), &json!("2026-01-30T11:00:00Z"))
    );
    assert_eq!(sessions[24]["session_date"], "2026-03-27");
}

#[actix_web::test]
async fn an_unanswered_request_expires_after_14_days() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, json!({})).await.expect(200);
    let path = format!("/api/session-requests/tutor/{}", sent["request_id"]);
    app.clock.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
    let tutor = tutor.log_in().await;
    let pending = tutor.get(&path).await.expect(200);
    assert_eq!((&pending["status"], &pending["expires_at"]), (&json!("pending"), &json!("2026-02-13T05:00:00Z")));
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(tutor.get(&path).await.expect(200)["status"], "expired");
    let late = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(409);
    assert_eq!(late["current_status"], "expired");
}

#[actix_web::test]
async fn three_rejections_in_30_days_make_the_requester_wait_until_the_first_is_forgotten() {
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
async fn everything_wrong_with_a_request_is_told_at_once() {
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
async fn only_who_may_ask_asks() {
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
async fn a_request_belongs_to_its_two_sides() {
    let (app, _) = TestApp::start().await;
    let (tutor, other, student, stranger) =
        (app.tutor().await, app.tutor().await, app.student().await, app.student().await);
    let sent = student.ask(&tutor, json!({})).await.expect(200);
    let path = format!("/api/session-requests/tutor/{}", sent["request_id"]);
    other.get(&path).await.expect(404);
    other.answer(&sent, json!({ "status": "accepted" })).await.expect(404);
    other.post(&format!("{path}/preview"), json!({})).await.expect(404);
    let refused = student.answer(&sent, json!({ "status": "accepted" })).await.expect(403);
    assert_eq!(refused["detail"], "Only tutors can accept/reject session requests");
    student.get("/api/session-requests/tutor").await.expect(403);
    let withdraw = format!("/api/session-requests/{}/withdraw", sent["request_id"]);
    stranger.post(&withdraw, json!({})).await.expect(404);
    tutor.post(&withdraw, json!({})).await.expect(404);
    assert_eq!(stranger.get("/api/session-requests/my-requests").await.expect(200), json!([]));
    assert_eq!(student.post(&withdraw, json!({})).await.expect(200)["status"], "withdrawn");
    let late = tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(409);
    assert_eq!((late["code"].clone(), late["current_status"].clone()), (json!("already_answered"), json!("withdrawn")));
}

#[actix_web::test]
async fn lists_tell_directions_and_statuses() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let first = student.ask(&tutor, json!({})).await.expect(200);
    tutor.answer(&first, json!({ "status": "rejected", "rejected_reason": "No time" })).await.expect(200);
    student.ask(&tutor, json!({})).await.expect(200);
    let list = |query: &str| format!("/api/session-requests/tutor{query}");
    for (query, length) in
        [("", 2), ("?status=all", 2), ("?status=pending", 1), ("?status=rejected", 1), ("?status=accepted", 0)]
    {
        let found = tutor.get(&list(query)).await.expect(200);
        assert_eq!(found.as_array().unwrap().len(), length, "{query}");
    }
    assert_eq!(fields(&tutor.get(&list("?status=maybe")).await.expect(422)), ["status"]);
    let mine = student.get("/api/session-requests/my-requests").await.expect(200);
    assert_eq!(mine[1]["rejected_reason"], "No time");
    assert_eq!(mine[0]["direction"], "sent");
    let page = student.get("/api/session-requests/my-requests?limit=1").await;
    assert!(page.header("link").unwrap().starts_with("</api/session-requests/my-requests?limit=1&cursor="));
}

#[actix_web::test]
async fn a_conflict_is_told_previewed_and_skipped() {
    let (app, _) = TestApp::start().await;
    let (tutor, student, other) = (app.tutor().await, app.student().await, app.student().await);
    let first = student.ask(&tutor, dates(&[7], "10:00", "12:00")).await.expect(200);
    tutor.answer(&first, json!({ "status": "accepted" })).await.expect(200);
    let second = other.ask(&tutor, dates(&[7, 8], "11:00", "13:00")).await.expect(200);
    let refused = tutor.answer(&second, json!({ "status": "accepted" })).await.expect(409);
    assert_eq!(refused["code"], "schedule_conflict");
    assert_eq!(refused["conflicts"][0]["session_date"], day(7));
    assert_eq!(refused["conflicts"][0]["kind"], "tutor_busy");
    assert!(refused["conflicts"][0]["session_id"].is_i64());

    let preview = format!("/api/session-requests/tutor/{}/preview", second["request_id"]);
    let shown = tutor.post(&preview, json!({})).await.expect(200);
    assert_eq!(
        (shown["sessions"].as_array().unwrap().len(), shown["conflicts"].clone()),
        (1, refused["conflicts"].clone())
    );
    let edited = json!({ "sessions": [{ "session_date": day(7), "start_time": "12:00", "end_time": "13:00" }] });
    assert_eq!(tutor.post(&preview, edited).await.expect(200)["conflicts"], json!([]));

    let accepted = tutor.answer(&second, json!({ "status": "accepted", "on_conflict": "skip" })).await.expect(200);
    assert_eq!(
        (accepted["sessions_created"].clone(), accepted["skipped"].clone()),
        (json!(1), refused["conflicts"].clone())
    );
}

#[actix_web::test]
async fn the_tutor_may_edit_the_sessions_before_accepting() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    let session =
        |offset, from: &str, to: &str| json!({ "session_date": day(offset), "start_time": from, "end_time": to });
    let wrong = json!({ "status": "accepted", "sessions": [session(3, "12:00", "11:00"), { "session_date": "x" }] });
    assert_eq!(
        fields(&tutor.answer(&sent, wrong).await.expect(422)),
        ["sessions.0.end_time", "sessions.1.session_date", "sessions.1.start_time", "sessions.1.end_time"]
    );
    let overlapping =
        json!({ "status": "accepted", "sessions": [session(3, "10:00", "12:00"), session(3, "11:00", "13:00")] });
    assert_eq!(fields(&tutor.answer(&sent, overlapping).await.expect(422)), ["sessions.1"]);
    let sound =
        json!({ "status": "accepted", "sessions": [session(3, "10:00", "11:00"), session(3, "11:00", "12:00")] });
    assert_eq!(tutor.answer(&sent, sound).await.expect(200)["sessions_created"], 2);
}

#[actix_web::test]
async fn a_sent_request_keeps_the_package_as_it_was() {
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
