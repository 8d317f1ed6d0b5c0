//! Time off of tutors.

use serde_json::{Value, json};

use super::{booked, pair, path};
use crate::support::{dates, day, expect_problem, fields};

const PATH: &str = "/api/v1/tutor/time-off";

/// Returns time off on some days, midnight to midnight in Addis Ababa.
fn days(from: i64, to: i64) -> Value {
    json!({ "starts_at": format!("{}T00:00:00+03:00", day(from)), "ends_at": format!("{}T00:00:00+03:00", day(to)) })
}

#[actix_web::test]
async fn time_off_is_created_listed_and_deleted_by_its_tutor() {
    let (app, tutor, student) = pair().await;
    let other = app.tutor().await;
    let mut ids = Vec::new();
    for (from, reason) in [(3, Value::Null), (10, json!(" Holidays ")), (5, json!(""))] {
        let mut body = days(from, from + 1);
        body["reason"] = reason;
        let created = tutor.post(PATH, body).await;
        let location = created.header("location").unwrap().to_owned();
        let created = created.expect(201);
        assert_eq!(location, format!("{PATH}/{}", created["id"]));
        assert_eq!((&created["affected_sessions"], &created["affected_sessions_count"]), (&json!([]), &json!(0)));
        assert_eq!(created["starts_at"], format!("{}T21:00:00Z", day(from - 1)));
        ids.push(created["id"].clone());
    }
    let page = tutor.get(&format!("{PATH}?limit=2")).await;
    let next = page.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    let first = page.expect(200);
    let expected = json!({
        "id": ids[1], "starts_at": format!("{}T21:00:00Z", day(9)), "ends_at": format!("{}T21:00:00Z", day(10)),
        "reason": "Holidays", "created_at": "2026-01-30T05:00:00Z",
    });
    assert_eq!((&first[0], &first[1]["id"], &first[1]["reason"]), (&expected, &ids[2], &Value::Null));
    assert_eq!(tutor.get(&next).await.expect(200)[0]["id"], ids[0]);

    let one = format!("{PATH}/{}", ids[0]);
    for (actor, status) in [(&student, 403), (&other, 404)] {
        actor.delete(&one).await.expect(status);
    }
    assert_eq!(other.get(PATH).await.expect(200), json!([]));
    tutor.delete(&one).await.expect(204);
    let problem = expect_problem(tutor.delete(&one).await, 404, "not_found");
    assert_eq!(problem["detail"], "Time off not found");
    expect_problem(student.get(PATH).await, 403, "role_required");
    expect_problem(student.post(PATH, days(3, 4)).await, 403, "role_required");
}

#[actix_web::test]
async fn time_off_is_a_conflict_and_leaves_booked_sessions_as_they_are() {
    let (_, tutor, student) = pair().await;
    let sessions = booked(&tutor, &student, dates(&[3, 4, 6], "10:00", "11:00")).await;
    let sent = student.ask(&tutor, dates(&[3, 7], "14:00", "15:00")).await.expect(200);
    let off = tutor.post(PATH, days(3, 5)).await.expect(201);
    assert_eq!(off["affected_sessions"], json!(&sessions[..2]));
    assert_eq!(off["affected_sessions_count"], 2);
    assert_eq!(tutor.get(&path(&sessions[0])).await.expect(200), sessions[0]);
    let preview = format!("/api/session-requests/tutor/{}/preview", sent["request_id"]);
    let preview = tutor.post(&preview, json!({})).await.expect(200);
    let problem = tutor.answer(&sent, json!({ "status": "accepted" })).await;
    let problem = expect_problem(problem, 409, "schedule_conflict");
    assert_eq!(problem["conflicts"], preview["conflicts"]);
    let conflict = &problem["conflicts"][0];
    assert_eq!((&conflict["kind"], &conflict["session_id"]), (&json!("time_off"), &Value::Null));
    assert_eq!(conflict["session_date"], day(3));
    tutor.delete(&format!("{PATH}/{}", off["id"])).await.expect(204);
    assert_eq!(tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200)["sessions_created"], 2);
}

#[actix_web::test]
async fn time_off_cancels_the_sessions_during_it_on_request() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    let sessions = booked(&tutor, &student, dates(&[3, 6], "10:00", "11:00")).await;
    let with_other = booked(&tutor, &other, dates(&[4], "10:00", "11:00")).await;
    let mut body = days(3, 5);
    body["cancel_sessions"] = json!(true);
    body["reason"] = json!("Holidays");
    let off = tutor.post(PATH, body).await.expect(201);
    assert_eq!(off["affected_sessions_count"], 2);
    for (place, session) in [&sessions[0], &with_other[0]].into_iter().enumerate() {
        let cancelled = tutor.get(&path(session)).await.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["cancelled_by"]), (&json!("cancelled"), &tutor.user["id"]));
        let details = (&cancelled["cancellation_reason"], &cancelled["cancelled_late"]);
        assert_eq!(details, (&json!(null), &json!(false)), "the note is private");
        assert_eq!(off["affected_sessions"][place], cancelled);
    }
    assert_eq!(tutor.get(&path(&sessions[1])).await.expect(200)["status"], "scheduled");
}

#[actix_web::test]
async fn time_off_lists_and_cancels_at_most_100_sessions() {
    let (_, tutor, student) = pair().await;
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let daily = json!({ "days": names, "start_time": "10:00", "end_time": "11:00", "weeks": 26 });
    let count = booked(&tutor, &student, daily).await.len();
    assert_eq!(count, 100, "the first page is full");
    let mut body = days(1, 1 + 101);
    body["cancel_sessions"] = json!(true);
    let problem = expect_problem(tutor.post(PATH, body.clone()).await, 422, "validation_failed");
    assert_eq!((fields(&problem), &problem["errors"][0]["code"]), (vec!["ends_at"], &json!("too_many")));
    assert_eq!(tutor.get(PATH).await.expect(200), json!([]));
    assert_eq!(tutor.get("/api/v1/sessions?status=cancelled").await.expect(200), json!([]));
    body["cancel_sessions"] = json!(false);
    let off = tutor.post(PATH, body).await.expect(201);
    assert_eq!(
        (off["affected_sessions"].as_array().unwrap().len(), &off["affected_sessions_count"]),
        (100, &json!(101))
    );
    let mut hundred = days(1, 1 + 100);
    hundred["cancel_sessions"] = json!(true);
    let off = tutor.post(PATH, hundred).await.expect(201);
    assert!(off["affected_sessions"].as_array().unwrap().iter().all(|session| session["status"] == "cancelled"));
    assert_eq!(off["affected_sessions_count"], 100);
}

#[actix_web::test]
async fn every_invalid_field_of_time_off_is_reported_at_once() {
    let (_, tutor, _) = pair().await;
    let wrong = json!({ "starts_at": day(3), "reason": "x".repeat(501), "cancel_sessions": "yes" });
    let problem = expect_problem(tutor.post(PATH, wrong).await, 422, "validation_failed");
    assert_eq!(fields(&problem), ["cancel_sessions", "starts_at", "ends_at", "reason"]);
    for (from, to) in [(4, 4), (4, 3), (-5, -4), (3, 3 + 367)] {
        assert_eq!(fields(&tutor.post(PATH, days(from, to)).await.expect(422)), ["ends_at"], "{from} {to}");
    }
    let fraction = json!({ "starts_at": "2026-02-02T10:00:00.75Z", "ends_at": "2026-02-02T11:59:60Z" });
    let created = tutor.post(PATH, fraction).await.expect(201);
    assert_eq!(created["starts_at"], "2026-02-02T10:00:00Z");
    assert_eq!(tutor.get(PATH).await.expect(200)[0]["ends_at"], created["ends_at"]);
    tutor.post(PATH, days(0, 1)).await.expect(201);
    tutor.post(PATH, days(3, 3 + 366)).await.expect(201);
}
