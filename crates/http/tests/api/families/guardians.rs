use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{answer, invite};
use crate::support::TestApp;

#[actix_web::test]
async fn a_guardianship_begins_with_the_consent_of_the_student_and_ends_with_its_requests() {
    let (app, _) = TestApp::start().await;
    let (parent, student, tutor, stranger) =
        (app.parent().await, app.student().await, app.tutor().await, app.student().await);
    let invited = invite(&parent, &student).await.expect(201);
    assert_eq!((&invited["status"], &invited["id"]), (&json!("invited"), &json!(student.profile("student"))));
    let identity = |child: &Value| (child["name"].clone(), child["user_id"].clone());
    assert_eq!(identity(&invited), (Value::Null, Value::Null));
    let listed = parent.get("/api/parent/children").await.expect(200);
    assert_eq!(identity(&listed["children"][0]), (Value::Null, Value::Null));
    assert_eq!(invite(&parent, &student).await.expect(409)["code"], "guardianship_exists");
    let ask = json!({ "requested_to_id": student.profile("student") });
    parent.ask(&tutor, ask.clone()).await.expect(404);

    let guardians = student.get("/api/student/guardians").await.expect(200);
    assert_eq!((&guardians["total"], &guardians["guardians"][0]["parent_name"]), (&json!(1), &parent.user["name"]));
    let path = format!("/api/student/guardians/{}", guardians["guardians"][0]["id"]);
    stranger.put(&path, json!({ "status": "accepted" })).await.expect(404);
    parent.put(&path, json!({ "status": "accepted" })).await.expect(403);
    student.put(&path, json!({ "status": "paused" })).await.expect(422);
    let accepted = student.put(&path, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(accepted["guardians"][0]["status"], "active");
    assert_eq!(student.put(&path, json!({ "status": "rejected" })).await.expect(409)["current_status"], "active");
    let listed = parent.get("/api/parent/children").await.expect(200);
    assert_eq!(identity(&listed["children"][0]), (student.user["name"].clone(), student.user["id"].clone()));

    let sent = parent.ask(&tutor, ask.clone()).await.expect(200);
    assert_eq!(student.get("/api/session-requests/my-requests").await.expect(200)[0]["requester_type"], "parent");
    student.put(&path, json!({ "status": "ended" })).await.expect(200);
    parent.ask(&tutor, ask).await.expect(404);
    let late = tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(409);
    assert_eq!((&late["code"], &late["current_status"]), (&json!("already_answered"), &json!("expired")));
}

#[actix_web::test]
async fn the_same_student_can_be_invited_again_after_seven_days() {
    let (app, _) = TestApp::start().await;
    let (parent, student) = (app.parent().await, app.student().await);
    invite(&parent, &student).await.expect(201);
    answer(&student, "rejected").await.expect(200);
    app.clock.advance(TimeDelta::seconds(60));
    let early = invite(&parent, &student).await;
    assert_eq!(early.header("retry-after"), Some("604740"));
    let early = early.expect(429);
    assert_eq!((&early["code"], &early["retry_after"]), (&json!("guardianship_cooldown"), &json!(604_740)));
    assert_eq!(early["detail"], "You can invite this student again on February 6, 2026");
    app.clock.advance(TimeDelta::seconds(604_740));
    invite(&parent.log_in().await, &student).await.expect(201);
    let guardians = student.log_in().await.get("/api/v1/student/guardians?limit=1").await;
    assert!(guardians.header("link").unwrap().starts_with("</api/v1/student/guardians?limit=1&cursor="));
    let guardians = guardians.expect(200);
    assert_eq!((&guardians["total"], &guardians["guardians"][0]["status"]), (&json!(2), &json!("invited")));
}

#[actix_web::test]
async fn only_other_students_who_have_not_blocked_the_parent_can_be_invited() {
    let (app, _) = TestApp::start().await;
    let (parent, blocker, blocked, tutor) =
        (app.parent().await, app.student().await, app.student().await, app.tutor().await);
    let unknown = parent.post("/api/parent/children", json!({ "email": "nobody@example.com" })).await.expect(404);
    assert_eq!(unknown["detail"], "Student not found");
    invite(&parent, &tutor).await.expect(404);
    invite(&parent, &parent).await.expect(404);
    blocker.put(&format!("/api/users/{}/block", parent.user["id"]), json!({})).await.expect(200);
    assert_eq!(invite(&parent, &blocker).await.expect(404)["detail"], "Student not found");
    parent.put(&format!("/api/users/{}/block", blocked.user["id"]), json!({})).await.expect(200);
    assert_eq!(invite(&parent, &blocked).await.expect(403)["code"], "blocked_by_you");
    let both = app.register(json!({ "roles": ["parent", "student"] })).await;
    assert_eq!(invite(&both, &both).await.expect(400)["code"], "own_guardian");
}
