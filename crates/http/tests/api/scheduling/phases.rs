//! The actions that callers may take before and after the start of a session.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{booked, booked_for_child, cancel, pair, path, time};
use crate::support::{Actor, dates, expect_problem};

/// Returns a schedule of one session today, which begins in ten minutes.
fn soon() -> Value {
    dates(&[0], "08:10", "08:12")
}

async fn allowed(actor: &Actor, session: &Value) -> Value {
    actor.get(&path(session)).await.expect(200)["allowed_actions"].clone()
}

#[actix_web::test]
async fn allowed_actions_depend_on_the_caller_and_the_phase() {
    let (app, tutor, student) = pair().await;
    let parent = app.parent().await;
    let session = booked(&tutor, &student, soon()).await.remove(0);
    let called_off = booked_for_child(&tutor, &parent, 3).await;
    assert_eq!(session["allowed_actions"], json!(["edit", "reschedule", "cancel"]));
    assert_eq!(allowed(&student, &session).await, json!(["cancel"]));
    assert_eq!(allowed(&parent, &called_off).await, json!(["cancel"]));
    parent.post(&cancel(&called_off), json!({})).await.expect(200);
    assert_eq!(allowed(&tutor, &called_off).await, json!([]));

    let lists = [
        (&tutor, "/api/v1/sessions".to_owned()),
        (&tutor, "/api/v1/tutor/sessions".to_owned()),
        (&student, "/api/v1/student/my-sessions".to_owned()),
    ];
    for (actor, list) in &lists {
        let listed = actor.get(list).await.expect(200)[0]["allowed_actions"].clone();
        assert_eq!(listed, allowed(actor, &session).await, "{list}");
    }
    let with_student = format!("/api/v1/tutor/student-sessions/{}", student.profile("student"));
    let listed = tutor.get(&with_student).await.expect(200)["sessions"][0]["allowed_actions"].clone();
    assert_eq!(listed, session["allowed_actions"]);

    let tag = tutor.get(&path(&session)).await.header("etag").unwrap().to_owned();
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(allowed(&tutor, &session).await, json!(["edit", "complete", "mark_no_show"]));
    assert_eq!(allowed(&student, &session).await, json!([]));
    assert_ne!(tutor.get(&path(&session)).await.header("etag"), Some(tag.as_str()));
    for (outcome, next) in [("completed", "mark_no_show"), ("no_show", "complete")] {
        let concluded = tutor.patch(&path(&session), json!({ "status": outcome })).await.expect(200);
        assert_eq!((&concluded["status"], &concluded["allowed_actions"]), (&json!(outcome), &json!(["edit", next])));
    }
}

#[actix_web::test]
async fn an_outcome_is_recorded_once_the_session_has_begun() {
    let (app, tutor, student) = pair().await;
    let session = booked(&tutor, &student, soon()).await.remove(0);
    app.clock.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    for (outcome, words) in [("completed", "completed"), ("no-show", "marked as a no-show")] {
        let early = tutor.patch(&path(&session), json!({ "status": outcome })).await;
        let problem = expect_problem(early, 409, "invalid_transition");
        assert_eq!(problem["current_status"], "scheduled");
        assert_eq!(problem["detail"], format!("The session has not begun yet and cannot be {words}"));
    }
    app.clock.advance(TimeDelta::seconds(1));
    let missed = tutor.patch(&path(&session), json!({ "status": "no-show" })).await.expect(200);
    assert_eq!((&missed["status"], &missed["version"]), (&json!("no_show"), &json!(1)));
    // A repetition changes nothing, and a mistake can be corrected.
    assert_eq!(tutor.patch(&path(&session), json!({ "status": "no_show" })).await.expect(200), missed);
    let held = json!({ "status": "completed", "topics_covered": ["Fractions"] });
    let held = tutor.patch(&path(&session), held).await.expect(200);
    assert_eq!((&held["status"], &held["topics_covered"]), (&json!("completed"), &json!(["Fractions"])));
    let with_student = format!("/api/v1/tutor/student-sessions/{}", student.profile("student"));
    let stats = tutor.get(&with_student).await.expect(200)["stats"].clone();
    assert_eq!((&stats["completed"], &stats["total_hours"]), (&json!(1), &json!(0.03)));
}

#[actix_web::test]
async fn a_session_that_has_begun_is_neither_moved_nor_cancelled() {
    let (app, tutor, student) = pair().await;
    let session = booked(&tutor, &student, soon()).await.remove(0);
    app.clock.advance(TimeDelta::minutes(10));
    let moved = tutor.patch(&path(&session), time("20:00", "21:00")).await;
    let problem = expect_problem(moved, 409, "invalid_transition");
    assert_eq!(problem["detail"], "The session has already begun and cannot be rescheduled");
    for actor in [&tutor, &student] {
        let problem = expect_problem(actor.post(&cancel(&session), json!({})).await, 409, "invalid_transition");
        assert_eq!(problem["detail"], "The session has already begun and cannot be cancelled");
        assert_eq!(problem["current_status"], "scheduled");
    }
    tutor.patch(&path(&session), json!({ "status": "completed" })).await.expect(200);
    let problem = tutor.post(&cancel(&session), json!({})).await.expect(409);
    assert_eq!(problem["detail"], "A session with the status completed cannot be cancelled");
    assert_eq!(problem["current_status"], "completed");
}
