use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, dates, day, fields};

async fn child(parent: &Actor, name: &str) -> Value {
    let body = json!({ "first_name": name, "grade_level": "Grade 4", "date_of_birth": "2016-02-29" });
    parent.post("/api/parent/children", body).await.expect(201)
}

#[actix_web::test]
async fn a_parent_books_for_children_and_for_no_stranger() {
    let (app, _) = TestApp::start().await;
    let (parent, other_parent, tutor, stranger) =
        (app.parent().await, app.parent().await, app.tutor().await, app.student().await);
    let (first, second) = (child(&parent, "Liya").await, child(&parent, "Dawit").await);
    assert_eq!((first["status"].clone(), first["has_login"].clone()), (json!("active"), json!(false)));
    let list = parent.get("/api/parent/children").await.expect(200);
    assert_eq!((list["total"].clone(), list["children"][0]["name"].clone()), (json!(2), json!("Dawit")));
    let ask = |child: &Value| {
        let mut body = dates(&[5], "10:00", "11:00");
        body["requested_to_id"] = child["id"].clone();
        body
    };
    let sent = parent.ask(&tutor, ask(&first)).await.expect(200);
    parent.ask(&tutor, ask(&first)).await.expect(409);
    parent.ask(&tutor, ask(&second)).await.expect(200);
    for hole in [&first["id"], &json!(stranger.profile("student"))] {
        let body = json!({ "requested_to_id": hole });
        assert_eq!(other_parent.ask(&tutor, body).await.expect(404)["detail"], "Child not found");
    }
    let received = tutor.get(&format!("/api/session-requests/tutor/{}", sent["request_id"])).await.expect(200);
    assert_eq!(
        (received["requester_type"].clone(), received["student_name"].clone()),
        (json!("parent"), json!("Liya"))
    );
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(parent.get("/api/parent/sessions").await.expect(200)[0]["student_name"], "Liya");
    let students = tutor.get("/api/session-requests/tutor/my-students").await.expect(200);
    assert_eq!(
        (students[0]["requester_type"].clone(), students[0]["contact_email"].clone()),
        (json!("parent"), parent.user["email"].clone())
    );
    let of_student = tutor.get(&format!("/api/tutor/student-sessions/{}", first["id"])).await.expect(200);
    assert_eq!(
        (of_student["stats"]["scheduled"].clone(), of_student["sessions"].as_array().unwrap().len()),
        (json!(1), 1)
    );
    let elsewhere = tutor.get(&format!("/api/tutor/student-sessions/{}", second["id"])).await.expect(200);
    assert_eq!(elsewhere["stats"]["total"], 0);
    let leave = format!("/api/parent/children/{}", first["id"]);
    assert_eq!(parent.delete(&leave).await.expect(409)["code"], "last_guardian");
    other_parent.delete(&leave).await.expect(404);
}

#[actix_web::test]
async fn a_student_consents_to_a_guardian() {
    let (app, _) = TestApp::start().await;
    let (parent, student, tutor, stranger) =
        (app.parent().await, app.student().await, app.tutor().await, app.student().await);
    let invite = json!({ "email": student.user["email"] });
    let invited = parent.post("/api/parent/children", invite.clone()).await.expect(201);
    assert_eq!((invited["status"].clone(), invited["name"].clone()), (json!("invited"), Value::Null));
    assert_eq!(parent.post("/api/parent/children", invite).await.expect(409)["code"], "guardianship_exists");
    parent.post("/api/parent/children", json!({ "email": "nobody@example.com" })).await.expect(404);
    let ask = json!({ "requested_to_id": student.profile("student") });
    parent.ask(&tutor, ask.clone()).await.expect(404);
    let guardians = student.get("/api/student/guardians").await.expect(200);
    let path = format!("/api/student/guardians/{}", guardians["guardians"][0]["id"]);
    stranger.put(&path, json!({ "status": "accepted" })).await.expect(404);
    parent.put(&path, json!({ "status": "accepted" })).await.expect(403);
    let accepted = student.put(&path, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(accepted["guardians"][0]["status"], "active");
    assert_eq!(student.put(&path, json!({ "status": "rejected" })).await.expect(409)["current_status"], "active");
    parent.ask(&tutor, ask.clone()).await.expect(200);
    assert_eq!(student.get("/api/session-requests/my-requests").await.expect(200)[0]["requester_type"], "parent");
    student.put(&path, json!({ "status": "ended" })).await.expect(200);
    parent.ask(&tutor, ask).await.expect(404);
}

#[actix_web::test]
async fn a_child_takes_over_the_account_with_all_its_ids() {
    let (app, anonymous) = TestApp::start().await;
    let (parent, other) = (app.parent().await, app.parent().await);
    let liya = child(&parent, "Liya").await;
    let path = format!("/api/parent/children/{}/claim-code", liya["id"]);
    other.post(&path, json!({})).await.expect(404);
    let code = parent.post(&path, json!({})).await.expect(200)["code"].clone();
    let claim = |email: &Value, code: &Value| json!({ "code": code, "email": email, "password": "Test1234" });
    let taken = anonymous.post("/api/v1/auth/claim", claim(&parent.user["email"], &code)).await;
    assert_eq!(taken.expect(409)["code"], "email_taken");
    let own = json!("liya@example.com");
    let claimed = anonymous.post("/api/v1/auth/claim", claim(&own, &code)).await.expect(200);
    assert_eq!(
        (claimed["user"]["id"].clone(), claimed["user"]["role_ids"]["student"].clone()),
        (liya["user_id"].clone(), liya["id"].clone())
    );
    let again = anonymous.post("/api/v1/auth/claim", claim(&json!("x@example.com"), &code)).await;
    assert_eq!(again.expect(400)["code"], "invalid_claim_code");
    anonymous.post("/api/login", json!({ "email": own, "password": "Test1234" })).await.expect(200);
    assert_eq!(parent.post(&path, json!({})).await.expect(409)["code"], "login_exists");
    assert_eq!(parent.get("/api/parent/children").await.expect(200)["children"][0]["has_login"], true);
}

#[actix_web::test]
async fn what_is_wrong_with_a_child_is_told() {
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
    let own = json!({ "email": parent.user["email"] });
    parent.post("/api/parent/children", own).await.expect(404);
}

/// Who calls, and what of theirs the paths of requests and families may name.
#[actix_web::test]
async fn wrong_roles_and_wrong_owners_are_kept_out_of_every_route() {
    let (app, anonymous) = TestApp::start().await;
    let (tutor, student, parent) = (app.tutor().await, app.student().await, app.parent().await);
    let (other_tutor, other_student, other_parent) = (app.tutor().await, app.student().await, app.parent().await);
    let nobody = app.register(json!({})).await;
    let sent = student.ask(&tutor, dates(&[5], "10:00", "11:00")).await.expect(200);
    let liya = child(&parent, "Liya").await;
    parent.post("/api/parent/children", json!({ "email": student.user["email"] })).await.expect(201);
    let guardianship = student.get("/api/student/guardians").await.expect(200)["guardians"][0]["id"].clone();
    let request = &sent["request_id"];
    let routes: [(&str, String, Value, [u16; 6]); 12] = [
        // Expected of: the other tutor, the other student, the other parent, nobody's role, then the right
        // role on the wrong side: student for a tutor's path, and no token at all.
        ("get", "/session-requests/tutor".to_owned(), Value::Null, [200, 403, 403, 403, 403, 401]),
        ("get", "/session-requests/tutor/my-students".to_owned(), Value::Null, [200, 403, 403, 403, 403, 401]),
        ("get", format!("/session-requests/tutor/{request}"), Value::Null, [404, 403, 403, 403, 403, 401]),
        ("post", format!("/session-requests/tutor/{request}/preview"), json!({}), [404, 403, 403, 403, 403, 401]),
        (
            "patch",
            format!("/session-requests/tutor/{request}"),
            json!({ "status": "accepted" }),
            [404, 403, 403, 403, 403, 401],
        ),
        ("get", format!("/tutor/student-sessions/{}", liya["id"]), Value::Null, [200, 403, 403, 403, 403, 401]),
        ("post", format!("/session-requests/{request}/withdraw"), json!({}), [404, 404, 404, 404, 200, 401]),
        ("get", "/parent/children".to_owned(), Value::Null, [403, 403, 200, 403, 403, 401]),
        ("post", format!("/parent/children/{}/claim-code", liya["id"]), json!({}), [403, 403, 404, 403, 403, 401]),
        ("delete", format!("/parent/children/{}", liya["id"]), Value::Null, [403, 403, 404, 403, 403, 401]),
        ("get", "/student/guardians".to_owned(), Value::Null, [403, 200, 403, 403, 200, 401]),
        (
            "put",
            format!("/student/guardians/{guardianship}"),
            json!({ "status": "accepted" }),
            [403, 404, 403, 403, 200, 401],
        ),
    ];
    let callers = [&other_tutor, &other_student, &other_parent, &nobody, &student, &anonymous];
    for (method, path, body, expected) in routes {
        for (caller, status) in callers.iter().zip(expected) {
            let path = format!("/api/v1{path}");
            let call = TestRequest::default().method(method.to_uppercase().parse().unwrap()).uri(&path);
            let call = if body.is_null() { call } else { call.set_json(&body) };
            let answer = caller.send(call).await;
            assert_eq!(answer.status, status, "{method} {path} by {}: {:#}", caller.user["name"], answer.body);
        }
    }
}
