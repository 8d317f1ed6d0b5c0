use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::child;
use crate::support::{TestApp, dates};

/// Every route of requests and families, called with every role on either side.
#[actix_web::test]
async fn every_route_rejects_callers_with_the_wrong_role_or_of_another_family() {
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
        // Expected statuses for: the other tutor, student and parent, a user without a role, the student, no token.
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
