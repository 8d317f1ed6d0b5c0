//! Cancellations by either side.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{booked, booked_for_child, cancel, pair, path, time};
use crate::support::{dates, day, expect_problem, fields};

#[actix_web::test]
async fn either_side_cancels_a_session_and_its_time_is_free_again() {
    let (app, tutor, student) = pair().await;
    let other = app.student().await;
    let sessions = booked(&tutor, &student, dates(&[3, 4], "10:00", "11:00")).await;
    for (actor, session, offset) in [(&student, &sessions[0], 3), (&tutor, &sessions[1], 4)] {
        app.clock.advance(TimeDelta::minutes(1));
        let cancelled = actor.post(&cancel(session), json!({ "reason": " I am ill " })).await;
        let tag = cancelled.header("etag").unwrap().to_owned();
        let cancelled = cancelled.expect(200);
        assert_eq!((&cancelled["status"], &cancelled["version"]), (&json!("cancelled"), &json!(1)));
        assert_eq!((&cancelled["cancelled_by"], &cancelled["cancelled_late"]), (&actor.user["id"], &json!(false)));
        assert_eq!(
            (&cancelled["cancellation_reason"], &cancelled["allowed_actions"]),
            (&json!("I am ill"), &json!([]))
        );
        assert_eq!(cancelled["cancelled_at"], cancelled["updated_at"]);
        let read = actor.get(&path(session)).await;
        assert_eq!((read.header("etag"), &read.body), (Some(tag.as_str()), &cancelled));
        booked(&tutor, &other, dates(&[offset], "10:00", "11:00")).await;
    }
    for (actor, session) in [(&student, &sessions[0]), (&tutor, &sessions[0])] {
        let problem = expect_problem(actor.post(&cancel(session), json!({})).await, 409, "invalid_transition");
        assert_eq!(problem["current_status"], "cancelled");
    }
    for change in [json!({ "topics": ["Fractions"] }), time("12:00", "13:00"), json!({ "status": "completed" })] {
        let problem = expect_problem(tutor.patch(&path(&sessions[0]), change).await, 409, "invalid_transition");
        assert_eq!(problem["current_status"], "cancelled");
    }
    let listed = tutor.get("/api/v1/sessions?status=cancelled").await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_parent_cancels_for_a_child_and_no_other_parent_does() {
    let (app, tutor, _) = pair().await;
    let (parent, other) = (app.parent().await, app.parent().await);
    let session = booked_for_child(&tutor, &parent, 3).await;
    other.post(&cancel(&session), json!({})).await.expect(404);
    let cancelled = parent.post(&cancel(&session), json!({ "reason": "Holidays" })).await.expect(200);
    assert_eq!((&cancelled["status"], &cancelled["cancelled_by"]), (&json!("cancelled"), &parent.user["id"]));
    assert_eq!(tutor.get(&path(&session)).await.expect(200)["cancellation_reason"], "Holidays");
}

#[actix_web::test]
async fn the_students_side_is_late_after_the_deadline_and_the_tutor_never_is() {
    let (app, tutor, student) = pair().await;
    let parent = app.parent().await;
    let notice = json!({ "cancellation_notice_hours": 48 });
    let sessions = booked(&tutor, &student, dates(&[1, 3, 4], "10:00", "11:00")).await;
    assert_eq!(sessions[0]["cancellation_deadline"], sessions[0]["starts_at"]);
    let of_child = booked_for_child(&tutor, &parent, 2).await;
    tutor.put("/api/v1/tutor/availability", notice).await.expect(200);
    let deadline = student.get(&path(&sessions[1])).await.expect(200)["cancellation_deadline"].clone();
    assert_eq!(deadline, format!("{}T07:00:00Z", day(1)));
    for (actor, session, is_late) in
        [(&student, &sessions[0], true), (&student, &sessions[1], false), (&parent, &of_child, false)]
    {
        let cancelled = actor.post(&cancel(session), json!({})).await.expect(200);
        assert_eq!(cancelled["cancelled_late"], is_late, "{session}");
    }
    app.clock.advance(TimeDelta::days(4));
    let (tutor, student) = (tutor.log_in().await, student.log_in().await);
    let seen = student.get(&path(&sessions[2])).await.expect(200);
    assert!(seen["cancellation_deadline"].as_str() < seen["starts_at"].as_str());
    assert_eq!(tutor.post(&cancel(&sessions[2]), json!({})).await.expect(200)["cancelled_late"], false);
}

#[actix_web::test]
async fn every_invalid_field_of_a_cancellation_is_reported_at_once() {
    let (_, tutor, student) = pair().await;
    let session = booked(&tutor, &student, dates(&[3], "10:00", "11:00")).await.remove(0);
    let wrong = json!({ "reason": "x".repeat(501), "scope": "all" });
    assert_eq!(fields(&student.post(&cancel(&session), wrong).await.expect(422)), ["reason", "scope"]);
    let blank = json!({ "reason": " ", "scope": null });
    assert_eq!(student.post(&cancel(&session), blank).await.expect(200)["cancellation_reason"], Value::Null);
}
