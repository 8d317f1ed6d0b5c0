use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, expect_problem, fields};

#[actix_web::test]
async fn every_error_has_one_body() {
    let (_, anonymous) = TestApp::start().await;
    let large = "x".repeat(70_000);
    let post = |path: &str| TestRequest::post().uri(path);
    let requests = [
        (404, "not_found", TestRequest::get().uri("/nowhere?x=1")),
        (404, "not_found", TestRequest::get().uri("/api/v1/nowhere")),
        (405, "method_not_allowed", TestRequest::delete().uri("/api/login")),
        (405, "method_not_allowed", TestRequest::default().method(Method::PATCH).uri("/health")),
        (405, "method_not_allowed", TestRequest::default().method(Method::TRACE).uri("/api/v1/auth/me")),
        (413, "payload_too_large", post("/api/login").set_json(json!({ "email": large }))),
        (
            415,
            "unsupported_media_type",
            post("/api/register").set_payload("{}").insert_header(("Content-Type", "text/plain")),
        ),
        (
            422,
            "validation_failed",
            post("/api/login").insert_header(("Content-Type", "application/json")).set_payload("{"),
        ),
        (422, "validation_failed", post("/api/login").set_json(json!([]))),
        (401, "not_authenticated", TestRequest::get().uri("/api/me")),
        (401, "not_authenticated", TestRequest::get().uri("/api/me").insert_header(("Authorization", "Basic eA=="))),
        (401, "invalid_token", TestRequest::get().uri("/api/me").insert_header(("Authorization", "Bearer x"))),
    ];
    for (status, code, request) in requests {
        let problem = expect_problem(anonymous.send(request).await, status, code);
        anonymous.get(problem["type"].as_str().unwrap()).await.expect(200);
    }
    let problem = anonymous.get("/api/nowhere?x=1").await.expect(404);
    assert_eq!(problem["instance"], "/api/nowhere");
}

#[actix_web::test]
async fn an_error_code_is_explained_under_both_spellings() {
    let (_, anonymous) = TestApp::start().await;
    for spelling in ["duplicate_request", "duplicate-request"] {
        let page = anonymous.get(&format!("/problems/{spelling}")).await.expect(200);
        assert_eq!((page["code"].clone(), page["status"].clone()), (json!("duplicate_request"), json!(409)));
    }
    let unknown = anonymous.get("/problems/unheard-of").await.expect(404);
    assert_eq!(unknown["detail"], "Problem not found");
}

#[actix_web::test]
async fn an_unsupported_method_is_answered_with_the_supported_ones() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    for (method, path, allow) in [
        ("DELETE", "/api/v1/auth/me", "GET, HEAD, PATCH, OPTIONS"),
        ("PUT", "/api/v1/connections/check", "POST, OPTIONS"),
        ("PUT", "/api/connections/check", "POST, OPTIONS"),
        ("GET", "/api/login", "POST, OPTIONS"),
        ("POST", "/docs/", "GET, HEAD, OPTIONS"),
        ("POST", "/openapi.json", "GET, HEAD, OPTIONS"),
    ] {
        for caller in [&anonymous, &student] {
            let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
            let answer = caller.send(request).await;
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
            expect_problem(answer, 405, "method_not_allowed");
        }
    }
    let options = anonymous.send(TestRequest::default().method(Method::OPTIONS).uri("/api/me")).await;
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, PATCH, OPTIONS")));
}

#[actix_web::test]
async fn only_the_usual_notation_of_an_id_is_found() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    for id in ["abc", "0", "01", "+1", "-1", "%201", "1e0", "1.0", "9223372036854775808"] {
        for path in [format!("/api/v1/connections/{id}"), format!("/api/connections/{id}")] {
            for caller in [&anonymous, &student] {
                let problem = expect_problem(caller.get(&path).await, 404, "not_found");
                assert_eq!(problem["instance"], path);
            }
        }
    }
    student.get("/api/v1/connections/1").await.expect(404);
    anonymous.get("/api/v1/connections/1").await.expect(401);
}

#[actix_web::test]
async fn wrong_types_are_described_in_terms_of_json() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    let body = json!({
        "name": 5, "hourly_rate": "free", "course_ids": [1, "2", null], "is_active": "yes", "schedule_days": "Monday",
    });
    let problem = expect_problem(tutor.post("/api/tutor/packages", body).await, 422, "validation_failed");
    let errors = problem["errors"].as_array().unwrap();
    let mut messages: Vec<_> =
        errors.iter().map(|error| (error["pointer"].as_str().unwrap(), error["message"].as_str().unwrap())).collect();
    messages.sort_unstable();
    assert_eq!(
        messages,
        [
            ("/course_ids/1", "must be an integer"),
            ("/course_ids/2", "must be an integer"),
            ("/hourly_rate", "must be a number"),
            ("/is_active", "must be a boolean"),
            ("/name", "must be a string"),
            ("/schedule_days", "must be an array"),
        ]
    );
}

#[actix_web::test]
async fn an_invalid_entry_does_not_make_its_list_missing() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    let problem =
        student.post("/api/connections/check-batch", json!({ "target_user_ids": [1, "x"] })).await.expect(422);
    assert_eq!(fields(&problem), ["target_user_ids.1"]);
    assert_eq!(problem["detail"], "target_user_ids.1 must be an integer");
}

#[actix_web::test]
async fn ids_in_bodies_are_positive() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    for id in [0, -1] {
        for path in ["/api/connections", "/api/connections/check"] {
            let problem = student.post(path, json!({ "target_user_id": id })).await.expect(422);
            assert_eq!(problem["detail"], "target_user_id must be a positive integer", "{path}");
        }
        let body = json!({ "target_user_ids": [1, id] });
        let problem = student.post("/api/connections/check-batch", body).await.expect(422);
        assert_eq!(fields(&problem), ["target_user_ids.1"]);
    }
}

#[actix_web::test]
async fn numbers_are_accepted_in_every_notation() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let send = |path: &str, body: String| {
        TestRequest::post().uri(path).insert_header(("Content-Type", "application/json")).set_payload(body)
    };
    let package = tutor.send(send("/api/tutor/packages", r#"{"name":"Maths","hourly_rate":1E2}"#.to_owned())).await;
    assert_eq!(package.expect(201)["hourly_rate"], json!(100.0));
    let body = format!(r#"{{"target_user_id":{}.0}}"#, tutor.user["id"]);
    student.send(send("/api/connections/check", body)).await.expect(200);
    for rate in ["1e-3", "1e7", "-1", "1e999999999"] {
        let body = format!(r#"{{"name":"Maths","hourly_rate":{rate}}}"#);
        let problem = tutor.send(send("/api/tutor/packages", body)).await.expect(422);
        assert_eq!(fields(&problem), ["hourly_rate"], "{rate}");
    }
}

#[actix_web::test]
async fn an_update_without_a_body_is_rejected_and_changes_nothing() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    let package = tutor.package("Maths").await;
    let path = format!("/api/tutor/packages/{}", package["id"]);
    app.clock.advance(TimeDelta::minutes(5));
    for (method, path) in
        [(Method::PUT, path.as_str()), (Method::PUT, "/api/tutor/profile"), (Method::PATCH, "/api/me")]
    {
        for payload in ["", "null", "[]", " "] {
            let request = TestRequest::default().method(method.clone()).uri(path).set_payload(payload);
            let request = request.insert_header(("Content-Type", "application/json"));
            let problem = expect_problem(tutor.send(request).await, 422, "validation_failed");
            assert_eq!(fields(&problem), ["body"], "{method} {path} {payload:?}");
        }
    }
    let packages = tutor.get("/api/tutor/packages").await.expect(200);
    assert_eq!(packages[0], package);
}
