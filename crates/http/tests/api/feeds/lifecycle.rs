use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Course, text, values};
use crate::support::{TestApp, expect_problem, fields};

#[actix_web::test]
async fn a_feed_is_created_listed_read_and_revoked() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let owner = &course.student;
    let answer = owner.post("/api/v1/calendar/feeds", json!({ "name": "Tutoring" })).await;
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let created = answer.expect(201);
    let (secret, url) = (created["secret"].as_str().unwrap(), created["url"].as_str().unwrap());
    assert!(secret.starts_with("astegni_cal_") && secret.len() > 50, "{secret}");
    assert_eq!(url, format!("http://localhost:8080/api/v1/calendar/{secret}.ics"));
    assert_eq!(created["links"]["webcal"], url.replace("http", "webcal"));
    assert_eq!(location, format!("/api/v1/calendar/feeds/{}", created["id"]));

    app.clock.advance(TimeDelta::seconds(1));
    let second = owner.post("/api/calendar/feeds", json!({ "scope": "busy", "name": null })).await.expect(201);
    let listed = owner.get("/api/v1/calendar/feeds").await.expect(200);
    let expected = |feed: &Value, scope: &str, name: Value, at: &str| json!({ "id": feed["id"], "scope": scope, "name": name, "created_at": at });
    assert_eq!(
        listed,
        json!([
            expected(&second, "busy", Value::Null, "2026-01-30T05:00:01Z"),
            expected(&created, "full", json!("Tutoring"), "2026-01-30T05:00:00Z"),
        ])
    );
    assert_eq!(course.tutor.get("/api/v1/calendar/feeds").await.expect(200), json!([]));

    for path in [format!("/api/v1/calendar/{secret}.ics"), format!("/api/calendar/{secret}.ics")] {
        let calendar = text(anonymous.get(&path).await);
        assert_eq!(values(&calendar, "X-WR-CALNAME"), ["Tutoring"]);
        assert_eq!(values(&calendar, "BEGIN"), ["VCALENDAR", "VEVENT", "VEVENT"]);
    }
    expect_problem(course.tutor.delete(&location).await, 404, "not_found");
    owner.delete(&location).await.expect(204);
    expect_problem(anonymous.get(&format!("/api/v1/calendar/{secret}.ics")).await, 404, "not_found");
    expect_problem(owner.delete(&location).await, 404, "not_found");
    assert_eq!(owner.get("/api/v1/calendar/feeds").await.expect(200).as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn scope_and_name_are_checked_together() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    for name in [" ", "two\nlines", &"x".repeat(101)] {
        let body = json!({ "scope": "everything", "name": name });
        let problem = expect_problem(student.post("/api/calendar/feeds", body).await, 422, "validation_failed");
        assert_eq!(fields(&problem), ["scope", "name"], "{name:?}");
    }
}

#[actix_web::test]
async fn a_user_can_have_20_feeds() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    for _ in 0..20 {
        student.post("/api/calendar/feeds", json!({})).await.expect(201);
    }
    let refused = student.post("/api/calendar/feeds", json!({})).await;
    let problem = expect_problem(refused, 409, "too_many_feeds");
    assert_eq!(problem["detail"], "You already have 20 calendar feeds");
    let feeds = student.get("/api/calendar/feeds").await.expect(200);
    student.delete(&format!("/api/calendar/feeds/{}", feeds[19]["id"])).await.expect(204);
    student.post("/api/calendar/feeds", json!({})).await.expect(201);
}
