//! Headers, codings and pages: all that is the same for every route.

use std::io::Write;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::{Answer, TestApp, expect_problem, fields, weekly};

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
async fn a_preflight_allows_the_methods_of_the_api_and_the_listed_origins_only() {
    let (_, anonymous) = TestApp::start().await;
    let preflight_from = |origin: &'static str, method: &str| {
        TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/api/v1/auth/me")
            .insert_header(("Origin", origin))
            .insert_header(("Access-Control-Request-Method", method))
            .insert_header(("Access-Control-Request-Headers", "authorization"))
    };
    let preflight = |method: &str| preflight_from("https://astegni.com", method);
    let answer = anonymous.send(preflight("PATCH")).await;
    let mut methods: Vec<_> =
        answer.header("access-control-allow-methods").unwrap_or_default().split(',').map(str::trim).collect();
    methods.sort_unstable();
    assert_eq!((answer.status, methods), (200, vec!["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]));
    for method in ["TRACE", "CONNECT"] {
        expect_problem(anonymous.send(preflight(method)).await, 400, "bad_request");
    }
    let unlisted = anonymous.send(preflight_from("https://evil.example", "PATCH")).await;
    assert!(unlisted.headers.keys().all(|name| !name.as_str().starts_with("access-control-allow-")));
    let problem = expect_problem(unlisted, 400, "bad_request");
    assert_eq!(problem["detail"], "Origin is not allowed to make this request");
}

#[actix_web::test]
async fn a_response_with_a_strong_validator_is_never_compressed() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let request = student.ask(&tutor, weekly()).await.expect(200);
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
