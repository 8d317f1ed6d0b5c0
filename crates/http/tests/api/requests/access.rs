use serde_json::{Value, json};

use crate::support::{Actor, TestApp, fields};

#[actix_web::test]
async fn a_request_is_visible_to_its_two_sides_only() {
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
async fn lists_show_directions_and_filter_by_status() {
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

/// A child with two guardians, and a tutor.
struct Family {
    parent: Actor,
    guardian: Actor,
    child: Actor,
    tutor: Actor,
}

impl Family {
    async fn start(app: &TestApp) -> Self {
        let (parent, guardian) = (app.parent().await, app.parent().await);
        let (child, tutor) = (app.student().await, app.tutor().await);
        for inviting in [&parent, &guardian] {
            let email = json!({ "email": child.user["email"] });
            inviting.post("/api/parent/children", email).await.expect(201);
            let guardians = child.get("/api/student/guardians").await.expect(200);
            let guardians = guardians["guardians"].as_array().unwrap();
            let invited = guardians.iter().find(|guardian| guardian["status"] == "invited").unwrap();
            let path = format!("/api/student/guardians/{}", invited["id"]);
            child.put(&path, json!({ "status": "accepted" })).await.expect(200);
        }
        Self { parent, guardian, child, tutor }
    }

    /// Sends a request of the first guardian for the child.
    async fn request(&self) -> Value {
        let body = json!({ "requested_to_id": self.child.profile("student") });
        self.parent.ask(&self.tutor, body).await.expect(200)
    }
}

/// The contact fields of the only request that a user sees.
async fn contact(viewer: &Actor) -> (Value, Value) {
    let mine = viewer.get("/api/session-requests/my-requests").await.expect(200);
    assert_eq!(mine.as_array().unwrap().len(), 1);
    (mine[0]["contact_phone"].clone(), mine[0]["contact_email"].clone())
}

async fn block(actor: &Actor, other: &Actor) {
    actor.put(&format!("/api/users/{}/block", other.user["id"]), json!({})).await.expect(200);
}

#[actix_web::test]
async fn contact_data_is_shown_to_the_parties_and_never_across_a_block() {
    let hidden = (Value::Null, Value::Null);
    for by_tutor in [true, false] {
        let (app, _) = TestApp::start().await;
        let family = Family::start(&app).await;
        let Family { parent, guardian, child, tutor } = &family;
        let sent = family.request().await;
        for viewer in [parent, guardian, child, tutor] {
            assert_eq!(contact(viewer).await, hidden, "the request is pending");
        }
        tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
        let full = (parent.user["phone"].clone(), parent.user["email"].clone());
        assert_eq!((contact(parent).await, contact(tutor).await), (full.clone(), full.clone()));
        assert_eq!((contact(guardian).await, contact(child).await), (hidden.clone(), hidden.clone()));
        let students = "/api/session-requests/tutor/my-students";
        let student = tutor.get(students).await.expect(200);
        assert_eq!((student[0]["contact_phone"].clone(), student[0]["contact_email"].clone()), full);

        if by_tutor {
            block(tutor, parent).await;
        } else {
            block(parent, tutor).await;
        }
        assert_eq!((contact(parent).await, contact(tutor).await), (full, hidden.clone()));
        let path = format!("/api/session-requests/tutor/{}", sent["request_id"]);
        assert_eq!(tutor.get(&path).await.expect(200)["contact_email"], Value::Null);
        let student = tutor.get(students).await.expect(200);
        assert_eq!((student[0]["contact_phone"].clone(), student[0]["contact_email"].clone()), hidden);
    }
}

#[actix_web::test]
async fn the_student_and_any_guardian_may_withdraw_a_request() {
    let (app, _) = TestApp::start().await;
    let family = Family::start(&app).await;
    for withdrawing in [&family.parent, &family.guardian, &family.child] {
        let sent = family.request().await;
        let path = format!("/api/session-requests/{}/withdraw", sent["request_id"]);
        for other in [app.parent().await, app.student().await, family.tutor.clone()] {
            assert_eq!(other.post(&path, json!({})).await.expect(404)["detail"], "Session request not found");
        }
        assert_eq!(withdrawing.post(&path, json!({})).await.expect(200)["status"], "withdrawn");
        assert_eq!(family.parent.post(&path, json!({})).await.expect(409)["current_status"], "withdrawn");
    }
}

#[actix_web::test]
async fn the_end_of_a_guardianship_expires_its_pending_requests() {
    let (app, _) = TestApp::start().await;
    let family = Family::start(&app).await;
    let sent = family.request().await;
    let path = format!("/api/parent/children/{}", family.child.profile("student"));
    family.parent.delete(&path).await.expect(204);
    let refused = family.tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(409);
    assert_eq!((&refused["code"], &refused["current_status"]), (&json!("already_answered"), &json!("expired")));
}

#[actix_web::test]
async fn a_tutor_behind_a_block_is_indistinguishable_from_an_unknown_one() {
    let (app, _) = TestApp::start().await;
    let family = Family::start(&app).await;
    let Family { parent, child, tutor, .. } = &family;
    block(tutor, child).await;
    let (profile, stranger) = (child.profile("student"), app.student().await.profile("student"));
    for mut body in
        [json!({}), json!({ "weeks": 99, "start_time": "x", "package_id": 7 }), json!({ "schedule_type": "recurring" })]
    {
        for student in [Some(profile), Some(stranger), None] {
            body["requested_to_id"] = json!(student);
            let mut answers = Vec::new();
            for tutor_id in [tutor.profile("tutor"), 999] {
                body["tutor_id"] = json!(tutor_id);
                let mut answer = parent.post("/api/session-requests", body.clone()).await;
                answer.body["request_id"] = Value::Null;
                answers.push((answer.status, answer.body));
            }
            assert_eq!(answers[0], answers[1], "{body}");
            if student == Some(profile) {
                assert_eq!((answers[0].0, &answers[0].1["detail"]), (404, &json!("Tutor not found")));
            }
        }
    }
}

#[actix_web::test]
async fn a_request_that_a_block_expired_reads_expired_to_its_sender() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, json!({})).await.expect(200);
    block(&tutor, &student).await;
    let mine = student.get("/api/session-requests/my-requests").await.expect(200);
    let request = &mine[0];
    assert_eq!((&request["status"], &request["responded_at"]), (&json!("expired"), &Value::Null));
    assert_eq!(request["updated_at"], request["expires_at"]);
    let messages = format!("/api/chat/messages/{}", sent["conversation_id"]);
    let messages = student.get(&messages).await.expect(200);
    assert_eq!(messages["messages"].as_array().unwrap().len(), 1);
    assert_eq!(messages["messages"][0]["media_metadata"]["status"], "expired");
    let withdraw = format!("/api/session-requests/{}/withdraw", sent["request_id"]);
    assert_eq!(student.post(&withdraw, json!({})).await.expect(409)["current_status"], "expired");
}
