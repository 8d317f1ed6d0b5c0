use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, fields};

#[actix_web::test]
async fn every_error_has_one_body() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    let large = "x".repeat(70_000);
    let post = |path: &str| TestRequest::post().uri(path);
    let requests = [
        (404, "not_found", TestRequest::get().uri("/nowhere?x=1")),
        (405, "method_not_allowed", TestRequest::delete().uri("/api/login")),
        (405, "method_not_allowed", TestRequest::default().method(Method::PATCH).uri("/health")),
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
        let answer = anonymous.send(request).await;
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{code}");
        assert!(answer.header("x-request-id").is_some());
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
        let problem = answer.expect(status);
        assert_eq!(problem["code"], code);
        assert_eq!(problem["type"], format!("/problems/{}", code.replace('_', "-")));
        assert_eq!(problem["success"], false);
        assert_eq!(problem["error"]["message"], problem["detail"]);
        assert_eq!(problem["error"]["status_code"], status);
        assert_eq!(problem["errors"].is_array(), status == 422);
        anonymous.get(problem["type"].as_str().unwrap()).await.expect(200);
    }
    let problem = student.get("/api/sessions/0").await.expect(422);
    assert_eq!((problem["instance"].clone(), fields(&problem)), (json!("/api/sessions/0"), vec!["id"]));
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
async fn a_method_that_a_path_does_not_take_is_told_which_it_does() {
    let (_, anonymous) = TestApp::start().await;
    let answer = anonymous.delete("/api/v1/auth/me").await;
    assert_eq!(answer.header("allow"), Some("GET, PATCH"));
    answer.expect(405);
}

#[actix_web::test]
async fn a_sound_request_id_is_kept_and_another_replaced() {
    let (_, anonymous) = TestApp::start().await;
    let call = |id: &'static str| anonymous.send(TestRequest::get().uri("/").insert_header(("X-Request-Id", id)));
    assert_eq!(call("abc-1.2").await.header("x-request-id"), Some("abc-1.2"));
    assert_ne!(call("a b").await.header("x-request-id"), Some("a b"));
}

#[actix_web::test]
async fn only_listed_origins_may_read() {
    let (_, anonymous) = TestApp::start().await;
    let call = |origin: &'static str, path: &'static str| {
        anonymous.send(TestRequest::get().uri(path).insert_header(("Origin", origin)))
    };
    for path in ["/health", "/nowhere"] {
        let listed = call("https://astegni.com", path).await;
        assert_eq!(listed.header("access-control-allow-origin"), Some("https://astegni.com"));
        let unlisted = call("https://evil.example", path).await;
        assert!(unlisted.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    }
    let preflight = TestRequest::default()
        .method(Method::OPTIONS)
        .uri("/api/v1/auth/me")
        .insert_header(("Origin", "https://astegni.com"))
        .insert_header(("Access-Control-Request-Method", "PATCH"))
        .insert_header(("Access-Control-Request-Headers", "authorization"));
    assert_eq!(anonymous.send(preflight).await.status, 200);
}

#[actix_web::test]
async fn health_says_that_the_database_answers() {
    let (app, anonymous) = TestApp::start().await;
    let health = anonymous.get("/health").await.expect(200);
    assert_eq!((health["status"].clone(), health["database"].clone()), (json!("healthy"), json!("connected")));
    assert_eq!(health["timestamp"], "2026-01-30T05:00:00Z");
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(anonymous.get("/health/ready").await.expect(200)["timestamp"], "2026-01-30T06:00:00Z");
    for path in ["/health/live", "/health/ready", "/api/health", "/"] {
        anonymous.get(path).await.expect(200);
    }
}
