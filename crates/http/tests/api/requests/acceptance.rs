use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, dates, day, fields, weekly};

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
async fn conflicts_are_reported_previewed_and_skipped() {
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
