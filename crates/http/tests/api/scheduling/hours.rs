//! Objections of a preview: what an acceptance would disregard of the tutor's availability.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{booked, pair};
use crate::support::{Actor, dates, day};

/// Returns the objections to each session of a request.
async fn unavailable(tutor: &Actor, sent: &Value) -> Vec<Value> {
    let path = format!("/api/v1/session-requests/tutor/{}/preview", sent["request_id"]);
    let preview = tutor.post(&path, json!({})).await.expect(200);
    preview["sessions"].as_array().unwrap().iter().map(|session| session["unavailable"].clone()).collect()
}

#[actix_web::test]
async fn a_preview_names_what_the_acceptance_disregards() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await;
    let ask = dates(&[1, 3, 4, 10], "11:15", "12:00");
    let sent = other.ask(&tutor, ask).await.expect(200);
    assert_eq!(unavailable(&tutor, &sent).await, [json!([]), json!([]), json!([]), json!([])]);
    let body = json!({
        "weekly": [
            { "day": "Saturday", "start_time": "08:00", "end_time": "12:00" },
            { "day": "Monday", "start_time": "08:00", "end_time": "12:00" },
        ],
        "overrides": [{ "date": day(10), "windows": [{ "start_time": "11:00", "end_time": "11:59" }] }],
        "buffer_minutes": 30, "minimum_notice_hours": 48, "max_per_day": 1, "max_per_week": 2,
    });
    tutor.put("/api/v1/tutor/availability", body).await.expect(200);
    let expected = [
        json!(["short_notice"]),
        json!(["buffer", "daily_limit"]),
        json!(["outside_hours", "weekly_limit"]),
        json!(["outside_hours"]),
    ];
    assert_eq!(unavailable(&tutor, &sent).await, expected);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200)["sessions_created"], 4);
}
