use serde_json::{Value, json};

use super::{child, invite};
use crate::support::{Actor, TestApp, dates, day, fields};

#[actix_web::test]
async fn a_parent_requests_sessions_for_their_own_children_only() {
    let (app, _) = TestApp::start().await;
    let (parent, other_parent, tutor, stranger) =
        (app.parent().await, app.parent().await, app.tutor().await, app.student().await);
    let (first, second) = (child(&parent, "Liya").await, child(&parent, "Dawit").await);
    assert_eq!((&first["status"], &first["has_login"]), (&json!("active"), &json!(false)));
    let list = parent.get("/api/parent/children").await.expect(200);
    assert_eq!((&list["total"], &list["children"][0]["name"]), (&json!(2), &json!("Dawit")));
    let ask = |child: &Value| {
        let mut body = dates(&[5], "10:00", "11:00");
        body["requested_to_id"] = child["id"].clone();
        body
    };
    let sent = parent.ask(&tutor, ask(&first)).await.expect(200);
    parent.ask(&tutor, ask(&first)).await.expect(409);
    parent.ask(&tutor, ask(&second)).await.expect(200);
    for foreign in [&first["id"], &json!(stranger.profile("student"))] {
        let body = json!({ "requested_to_id": foreign });
        assert_eq!(other_parent.ask(&tutor, body).await.expect(404)["detail"], "Child not found");
    }
    let received = tutor.get(&format!("/api/session-requests/tutor/{}", sent["request_id"])).await.expect(200);
    assert_eq!((&received["requester_type"], &received["student_name"]), (&json!("parent"), &json!("Liya")));
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(parent.get("/api/parent/sessions").await.expect(200)[0]["student_name"], "Liya");
    let students = tutor.get("/api/session-requests/tutor/my-students").await.expect(200);
    assert_eq!(
        (&students[0]["requester_type"], &students[0]["contact_email"]),
        (&json!("parent"), &parent.user["email"])
    );
    let sessions = tutor.get(&format!("/api/tutor/student-sessions/{}", first["id"])).await.expect(200);
    assert_eq!((&sessions["stats"]["scheduled"], sessions["sessions"].as_array().unwrap().len()), (&json!(1), 1));
    let sessions = tutor.get(&format!("/api/tutor/student-sessions/{}", second["id"])).await.expect(200);
    assert_eq!(sessions["stats"]["total"], 0);
}

#[actix_web::test]
async fn the_last_guardian_of_a_child_without_a_login_cannot_leave() {
    let (app, _) = TestApp::start().await;
    let (parent, other_parent) = (app.parent().await, app.parent().await);
    let liya = child(&parent, "Liya").await;
    let path = format!("/api/parent/children/{}", liya["id"]);
    other_parent.delete(&path).await.expect(404);
    assert_eq!(parent.delete(&path).await.expect(409)["code"], "last_guardian");
    assert_eq!(parent.get("/api/parent/children").await.expect(200)["total"], 1);
}

#[actix_web::test]
async fn a_parent_can_leave_a_child_with_a_login_once() {
    let (app, _) = TestApp::start().await;
    let (parent, student) = (app.parent().await, app.student().await);
    let path = format!("/api/parent/children/{}", student.profile("student"));
    invite(&parent, &student).await.expect(201);
    parent.delete(&path).await.expect(204);
    parent.delete(&path).await.expect(404);
    let guardians = student.get("/api/student/guardians").await.expect(200);
    assert_eq!(guardians["guardians"][0]["status"], "ended");
    assert_eq!(guardians["guardians"][0]["ended_at"], "2026-01-30T05:00:00Z");
}

/// All children of a parent, page by page.
async fn all_children(parent: &Actor, limit: usize) -> Vec<Value> {
    let mut path = format!("/api/v1/parent/children?limit={limit}");
    let mut found = Vec::new();
    loop {
        let page = parent.get(&path).await;
        let link = page.header("link").map(str::to_owned);
        let body = page.expect(200);
        let children = body["children"].as_array().unwrap();
        assert!(children.len() <= limit);
        assert_eq!(body["total"], 20);
        found.extend(children.iter().map(|child| child["id"].clone()));
        let Some(link) = link else { return found };
        path = link.trim_start_matches('<').split('>').next().unwrap().into();
    }
}

#[actix_web::test]
async fn a_parent_has_at_most_twenty_children_in_pages_with_a_true_total() {
    let (app, _) = TestApp::start().await;
    let (parent, student) = (app.parent().await, app.student().await);
    let mut ids = Vec::new();
    for number in 0..19 {
        ids.push(child(&parent, &format!("Child {number}")).await["id"].clone());
    }
    ids.push(invite(&parent, &student).await.expect(201)["id"].clone());
    ids.reverse();
    let full = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(422);
    assert_eq!((fields(&full), &full["errors"][0]["code"]), (vec!["children"], &json!("too_many_children")));
    let other_student = app.student().await;
    assert_eq!(fields(&invite(&parent, &other_student).await.expect(422)), ["children"]);
    for limit in [7, 20] {
        assert_eq!(all_children(&parent, limit).await, ids);
    }
    // A cancelled invitation makes room.
    parent.delete(&format!("/api/parent/children/{}", student.profile("student"))).await.expect(204);
    invite(&parent, &other_student).await.expect(201);
}

#[actix_web::test]
async fn all_invalid_fields_of_a_child_are_reported() {
    let (app, _) = TestApp::start().await;
    let parent = app.parent().await;
    assert_eq!(fields(&parent.post("/api/parent/children", json!({})).await.expect(422)), ["first_name"]);
    let both = json!({ "first_name": "Liya", "email": "x", "date_of_birth": "2999-01-01" });
    assert_eq!(
        fields(&parent.post("/api/parent/children", both).await.expect(422)),
        ["date_of_birth", "email", "first_name"]
    );
    let unborn = json!({ "first_name": "Liya", "date_of_birth": day(1) });
    assert_eq!(fields(&parent.post("/api/parent/children", unborn).await.expect(422)), ["date_of_birth"]);
    let newborn = json!({ "first_name": "Liya", "date_of_birth": day(0) });
    parent.post("/api/parent/children", newborn).await.expect(201);
}
