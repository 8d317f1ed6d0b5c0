use std::io::Write;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, fields};

/// Asserts that a response is a complete problem, and returns its body.
#[track_caller]
fn expect_problem(answer: Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{code}");
    assert_eq!(answer.header("www-authenticate").is_some(), status == 401, "{code}");
    let request_id = answer.header("x-request-id").map(str::to_owned);
    let problem = answer.expect(status);
    assert_eq!(problem["code"], code);
    assert_eq!(problem["type"], format!("/problems/{}", code.replace('_', "-")));
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"].as_str().map(str::to_owned), request_id);
    assert_eq!(problem["success"], false);
    assert_eq!(problem["errors"].is_array(), status == 422);
    for member in ["title", "detail", "instance"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{code}: {member}");
    }
    assert_eq!(problem["error"]["type"], code);
    assert_eq!(problem["error"]["message"], problem["detail"]);
    assert_eq!(problem["error"]["status_code"], status);
    assert_eq!(problem["error"]["details"].is_array(), status == 422);
    problem
}

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

#[actix_web::test]
async fn a_body_is_accepted_compressed_with_gzip_only() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    let gzip = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let login = |coding: &str, payload: Vec<u8>| {
        let request = TestRequest::post().uri("/api/login").insert_header(("Content-Type", "application/json"));
        request.insert_header(("Content-Encoding", coding.to_owned())).set_payload(payload)
    };
    let credentials = json!({ "email": student.user["email"], "password": "Test1234" }).to_string();
    anonymous.send(login("gzip", gzip(&credentials))).await.expect(200);
    anonymous.send(login("identity", credentials.clone().into_bytes())).await.expect(200);
    for coding in ["banana", "br", "zstd", "deflate", "gzip, gzip"] {
        let answer = anonymous.send(login(coding, credentials.clone().into_bytes())).await;
        assert_eq!(answer.header("accept-encoding"), Some("gzip, identity"), "{coding}");
        expect_problem(answer, 415, "unsupported_media_type");
    }
    let padded = |length: usize| format!("{credentials}{}", " ".repeat(length - credentials.len()));
    anonymous.send(login("gzip", gzip(&padded(64 * 1024)))).await.expect(200);
    for length in [64 * 1024 + 1, 50_000_000] {
        expect_problem(anonymous.send(login("gzip", gzip(&padded(length)))).await, 413, "payload_too_large");
    }
    expect_problem(anonymous.send(login("gzip", b"not gzip".to_vec())).await, 400, "bad_request");
}

#[actix_web::test]
async fn a_body_may_have_64_kib() {
    let (_, anonymous) = TestApp::start().await;
    let login = |length: usize| {
        let body = format!("{{}}{}", " ".repeat(length - 2));
        TestRequest::post().uri("/api/login").insert_header(("Content-Type", "application/json")).set_payload(body)
    };
    expect_problem(anonymous.send(login(64 * 1024)).await, 422, "validation_failed");
    expect_problem(anonymous.send(login(64 * 1024 + 1)).await, 413, "payload_too_large");
}

#[actix_web::test]
async fn a_well_formed_request_id_is_kept_and_another_replaced() {
    let (_, anonymous) = TestApp::start().await;
    let call = |id: &'static str| anonymous.send(TestRequest::get().uri("/").insert_header(("X-Request-Id", id)));
    assert_eq!(call("abc-1.2").await.header("x-request-id"), Some("abc-1.2"));
    assert_ne!(call("a b").await.header("x-request-id"), Some("a b"));
}

#[actix_web::test]
async fn only_pages_of_listed_origins_can_read_responses() {
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
}

#[actix_web::test]
async fn a_preflight_allows_the_methods_of_the_api_only() {
    let (_, anonymous) = TestApp::start().await;
    let preflight = |method: &str| {
        TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/api/v1/auth/me")
            .insert_header(("Origin", "https://astegni.com"))
            .insert_header(("Access-Control-Request-Method", method))
            .insert_header(("Access-Control-Request-Headers", "authorization"))
    };
    let answer = anonymous.send(preflight("PATCH")).await;
    let mut methods: Vec<_> =
        answer.header("access-control-allow-methods").unwrap_or_default().split(',').map(str::trim).collect();
    methods.sort_unstable();
    assert_eq!((answer.status, methods), (200, vec!["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]));
    for method in ["TRACE", "CONNECT"] {
        expect_problem(anonymous.send(preflight(method)).await, 400, "bad_request");
    }
}

#[actix_web::test]
async fn a_response_with_a_strong_validator_is_never_compressed() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let request = student.ask(&tutor, crate::support::weekly()).await.expect(200);
    tutor.answer(&request, json!({ "status": "accepted" })).await.expect(200);
    let sessions = student.get("/api/sessions").await.expect(200);
    let read = |path: String, coding: &'static str| {
        student.send(TestRequest::get().uri(&path).insert_header(("Accept-Encoding", coding)))
    };
    let session = format!("/api/sessions/{}", sessions[0]["id"]);
    let (plain, gzip) = (read(session.clone(), "identity").await, read(session, "gzip").await);
    assert!(plain.header("etag").is_some());
    assert_eq!(plain.header("etag"), gzip.header("etag"));
    let varies = |answer: &Answer| answer.headers.get_all("vary").filter(|names| *names == "accept-encoding").count();
    assert_eq!((gzip.header("content-encoding"), varies(&gzip), varies(&plain)), (None, 0, 0));
    assert_eq!(plain.body, gzip.body);
    let (plain, gzip) = (read("/api/me".to_owned(), "identity").await, read("/api/me".to_owned(), "gzip").await);
    assert_eq!((plain.header("content-encoding"), varies(&plain)), (None, 1));
    assert_eq!((gzip.header("content-encoding"), varies(&gzip)), (Some("gzip"), 1));
}

#[actix_web::test]
async fn a_page_has_20_items_and_100_on_the_unversioned_paths() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    for _ in 0..22 {
        let other = app.person("tutor").await;
        student.put(&format!("/api/users/{}/follow", other.user["id"]), json!({})).await.expect(200);
    }
    let count = |answer: Answer| answer.expect(200).as_array().map(Vec::len);
    let page = student.get("/api/v1/connections").await;
    let next = page.header("link").and_then(|link| link.split(['<', '>']).nth(1)).unwrap().to_owned();
    assert!(next.starts_with("/api/v1/connections?cursor="), "{next}");
    assert_eq!(count(page), Some(20));
    assert_eq!(count(student.get(&next).await), Some(2));
    let page = student.get("/api/connections").await;
    assert_eq!(page.header("link"), None);
    assert_eq!(count(page), Some(22));
    let page = student.get("/api/connections?limit=21").await;
    let next = page.header("link").and_then(|link| link.split(['<', '>']).nth(1)).unwrap().to_owned();
    assert!(next.starts_with("/api/connections?limit=21&cursor="), "{next}");
    assert_eq!(count(page), Some(21));
    assert_eq!(count(student.get(&next).await), Some(1));
    for path in ["/api/connections?limit=0", "/api/v1/connections?limit=101", "/api/v1/connections?limit=05"] {
        assert_eq!(fields(&student.get(path).await.expect(422)), ["limit"]);
    }
}

#[actix_web::test]
async fn health_reports_the_state_of_the_database() {
    let (app, anonymous) = TestApp::start().await;
    let health = anonymous.get("/health").await.expect(200);
    assert_eq!((health["status"].clone(), health["database"].clone()), (json!("healthy"), json!("connected")));
    assert_eq!(health["timestamp"], "2026-01-30T05:00:00Z");
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(anonymous.get("/health/ready").await.expect(200)["timestamp"], "2026-01-30T06:00:00Z");
    for path in ["/health/live", "/health/ready", "/api/health", "/"] {
        anonymous.get(path).await.expect(200);
    }
    let head = anonymous.send(TestRequest::default().method(Method::HEAD).uri("/health")).await;
    assert_eq!(head.status, 200);
}
