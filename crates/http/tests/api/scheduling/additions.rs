//! Courses, and sessions that tutors add to them.

use serde_json::{Value, json};

use super::{accepted, booked, cancel, pair};
use crate::snapshots::assert_snapshot;
use crate::support::{Actor, dates, day, expect_problem, fields};

/// Returns the body of a session from ten to eleven in some days.
fn addition(course: &Value, offset: i64) -> Value {
    json!({ "enrolled_courses_id": course, "session_date": day(offset), "start_time": "10:00", "end_time": "11:00" })
}

async fn course(actor: &Actor, session: &Value) -> Value {
    actor.get(&format!("/api/v1/enrolled-courses/{}", session["enrolled_courses_id"])).await.expect(200)
}

#[actix_web::test]
async fn a_session_that_was_cancelled_in_time_can_be_replaced() {
    let (_, tutor, student) = pair().await;
    let limited = json!({ "name": "Algebra", "hourly_rate": 150, "session_count": 2 });
    let package = tutor.post("/api/v1/tutor/packages", limited).await.expect(201);
    assert_eq!(package["session_count"], 2);
    let mut ask = dates(&[3, 4], "10:00", "11:00");
    ask["package_id"] = package["id"].clone();
    let sessions = booked(&tutor, &student, ask).await;
    let id = sessions[0]["enrolled_courses_id"].clone();

    let full = tutor.post("/api/tutor/sessions", addition(&id, 5)).await;
    let problem = expect_problem(full, 409, "package_used_up");
    assert_eq!(problem["detail"], "All 2 sessions of the package are used up");
    student.post(&cancel(&sessions[0]), json!({})).await.expect(200);
    assert_snapshot("course", &course(&student, &sessions[0]).await);

    let mut body = addition(&id, 5);
    body["topics"] = json!(["Fractions"]);
    let added = tutor.post("/api/tutor/sessions", body).await;
    let (location, tag) = (added.header("location").unwrap().to_owned(), added.header("etag").unwrap().to_owned());
    let mut added = added.expect(201);
    assert_snapshot("session_add", &added);
    let read = tutor.get(&location).await;
    assert_eq!(read.header("etag"), Some(tag.as_str()));
    for member in ["success", "message", "session_id"] {
        added.as_object_mut().unwrap().remove(member);
    }
    assert_eq!(read.expect(200), added);
    assert_eq!(student.get(&location).await.expect(200)["topics"], json!(["Fractions"]));
    let seen = course(&tutor, &added).await;
    assert_eq!((&seen["sessions_used"], &seen["sessions_remaining"]), (&json!(2), &json!(0)));
}

#[actix_web::test]
async fn an_added_session_conflicts_with_the_calendars_of_both_sides() {
    let (app, tutor, student) = pair().await;
    let (other_tutor, other) = (app.tutor().await, app.student().await);
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let taken = booked(&tutor, &other, dates(&[4], "10:00", "11:00")).await.remove(0);
    booked(&other_tutor, &student, dates(&[5], "10:00", "11:00")).await;
    let id = &session["enrolled_courses_id"];
    for (offset, kind, session) in [
        (3, "tutor_busy", session["id"].clone()),
        (4, "tutor_busy", taken["id"].clone()),
        (5, "student_busy", Value::Null),
        (-1, "in_past", Value::Null),
    ] {
        let problem =
            expect_problem(tutor.post("/api/tutor/sessions", addition(id, offset)).await, 409, "schedule_conflict");
        assert_eq!(problem["detail"], "1 session conflicts with the calendar; nothing was created");
        assert_eq!(
            (&problem["conflicts"][0]["kind"], &problem["conflicts"][0]["session_id"]),
            (&json!(kind), &session)
        );
    }
    let seen = course(&student, &session).await;
    assert_eq!((&seen["sessions_included"], &seen["sessions_remaining"]), (&Value::Null, &Value::Null));
    assert_eq!((&seen["sessions_used"], &seen["sessions_credited"]), (&json!(1), &json!(0)));
    let mut night = addition(id, 3);
    night["start_time"] = json!("23:00");
    night["end_time"] = json!("01:00");
    assert_eq!(fields(&tutor.post("/api/tutor/sessions", night.clone()).await.expect(422)), ["end_time"]);
    night["overnight"] = json!(true);
    let added = tutor.post("/api/tutor/sessions", night).await.expect(201);
    assert_eq!(
        (&added["overnight"], &added["duration"], &added["is_exception"]),
        (&json!(true), &json!(120), &json!(true))
    );
}

#[actix_web::test]
async fn only_the_tutor_of_a_course_adds_sessions_to_it() {
    let (app, tutor, student) = pair().await;
    let other = app.tutor().await;
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let body = addition(&session["enrolled_courses_id"], 5);
    expect_problem(student.post("/api/tutor/sessions", body.clone()).await, 403, "role_required");
    let hidden = expect_problem(other.post("/api/tutor/sessions", body).await, 404, "not_found");
    assert_eq!(hidden["detail"], "Course not found");
    tutor.post("/api/tutor/sessions", addition(&json!(999), 5)).await.expect(404);
    let named = fields(&tutor.post("/api/tutor/sessions", json!({})).await.expect(422)).join(" ");
    assert_eq!(named, "enrolled_courses_id session_date start_time end_time");
    let wrong = json!({
        "enrolled_courses_id": 0, "session_date": "x", "start_time": "11:00", "end_time": "11:00", "overnight": true,
        "topics": vec!["x"; 21],
    });
    let problem = tutor.post("/api/tutor/sessions", wrong).await.expect(422);
    assert_eq!(fields(&problem), ["enrolled_courses_id", "session_date", "end_time", "topics"]);
}

#[actix_web::test]
async fn a_course_is_visible_to_its_sides_only() {
    let (app, tutor, _) = pair().await;
    let (parent, stranger) = (app.parent().await, app.student().await);
    let child = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(201);
    let mut ask = dates(&[3], "10:00", "11:00");
    ask["requested_to_id"] = child["id"].clone();
    let sent = parent.ask(&tutor, ask).await.expect(200);
    let session = accepted(&tutor, &sent).await.remove(0);
    let seen = course(&tutor, &session).await;
    assert_eq!(course(&parent, &session).await, seen);
    assert_eq!((&seen["student_id"], &seen["student_user_id"]), (&child["id"], &child["user_id"]));
    assert_eq!((&seen["tutor_user_id"], &seen["request_id"]), (&tutor.user["id"], &sent["request_id"]));
    let path = format!("/api/v1/enrolled-courses/{}", seen["id"]);
    for hidden in [path.as_str(), "/api/v1/enrolled-courses/999", "/api/v1/courses/x"] {
        stranger.get(hidden).await.expect(404);
    }
    assert!(tutor.get(&path).await.header("etag").is_some());
    assert_eq!(tutor.get(&super::path(&session)).await.expect(200)["enrolled_courses_id"], seen["id"]);
}
