//! Tickets, the first frame, and the origins of pages.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use super::Pair;
use super::live::{Live, ticket};
use crate::support::{Actor, Answer, TestApp, expect_problem, fields};

/// Asks for a socket that is going to be refused.
async fn knock(anonymous: &Actor, query: &str, origin: Option<&str>) -> Answer {
    let path = format!("/api/v1/ws{query}");
    let handshake = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let headers = handshake.into_iter().chain(origin.map(|origin| ("Origin", origin)));
    let request = TestRequest::get().uri(&path);
    anonymous.send(headers.fold(request, TestRequest::insert_header)).await
}

#[actix_web::test]
async fn a_ticket_opens_one_socket() {
    let (app, anonymous) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let issued = student.post("/api/v1/ws/ticket", json!({})).await.expect(200);
    assert_eq!(issued, json!({ "ticket": issued["ticket"], "expires_in": 30 }));
    let query = format!("?ticket={}", issued["ticket"].as_str().unwrap());
    let mut socket = live.open(&query, None);
    assert_eq!(socket.next(), json!({ "type": "hello", "cursor": 0 }));
    for query in [query.as_str(), "?ticket=unknown", "?ticket="] {
        expect_problem(knock(&anonymous, query, None).await, 401, "invalid_token");
    }
    assert_ne!(ticket(&student).await, ticket(&student).await);
    expect_problem(anonymous.post("/api/v1/ws/ticket", json!({})).await, 401, "not_authenticated");
}

#[actix_web::test]
async fn a_ticket_is_valid_for_30_seconds_but_not_longer_than_its_access_token() {
    let (app, anonymous) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let (used, late) = (ticket(&student).await, ticket(&student).await);
    app.clock.advance(TimeDelta::milliseconds(29_999));
    assert_eq!(live.open(&format!("?ticket={used}"), None).next()["type"], "hello");
    app.clock.advance(TimeDelta::milliseconds(1));
    expect_problem(knock(&anonymous, &format!("?ticket={late}"), None).await, 401, "invalid_token");
    app.clock.advance(TimeDelta::minutes(14) + TimeDelta::seconds(20));
    let last = ticket(&student).await;
    app.clock.advance(TimeDelta::seconds(10));
    expect_problem(knock(&anonymous, &format!("?ticket={last}"), None).await, 401, "invalid_token");
}

#[actix_web::test]
async fn a_ticket_is_of_no_use_after_a_logout() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    let ticket = ticket(&student).await;
    student.post("/api/v1/auth/logout", json!({})).await.expect(200);
    expect_problem(knock(&anonymous, &format!("?ticket={ticket}"), None).await, 401, "invalid_token");
}

#[actix_web::test]
async fn the_first_frame_may_bring_the_token() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let mut socket = live.open("?after=0", None);
    socket.authenticate(&pair.student);
    assert_eq!(socket.next(), json!({ "type": "hello", "cursor": 0 }));
    assert_eq!(socket.next()["cursor"], 1);
    let mut from_now = live.open("", None);
    from_now.authenticate(&pair.tutor);
    assert_eq!(from_now.next()["type"], "hello");
    let sent = pair.write("Hello").await;
    assert_eq!(from_now.next()["data"]["message_id"], sent["id"]);
}

#[actix_web::test]
async fn any_other_first_frame_closes_the_socket() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let foreign = json!({ "type": "auth", "token": "foreign" });
    for frame in [foreign, json!({ "type": "presence", "user_ids": [] }), json!({}), json!("auth")] {
        let mut socket = live.open("", None);
        socket.send_json(&frame);
        socket.expect_end(4401, "invalid_token");
    }
    let mut socket = live.open("", None);
    socket.send(tungstenite::Message::binary(b"{}".to_vec()));
    socket.expect_end(1003, "binary_frame");
    app.clock.advance(TimeDelta::minutes(15));
    let mut socket = live.open("", None);
    socket.authenticate(&student);
    socket.expect_end(4401, "invalid_token");
}

#[actix_web::test]
async fn pages_of_foreign_origins_open_no_socket() {
    let (app, anonymous) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let ticket = format!("?ticket={}", ticket(&student).await);
    for origin in ["https://evil.example", "http://astegni.com", "https://astegni.com.evil.example", "null"] {
        let answer = knock(&anonymous, &ticket, Some(origin)).await;
        expect_problem(answer, 403, "origin_not_allowed");
    }
    let mut socket = live.open(&ticket, Some("https://astegni.com"));
    assert_eq!(socket.next()["type"], "hello", "a refusal does not use up the ticket");
}

#[actix_web::test]
async fn a_request_that_is_no_handshake_is_explained() {
    let (app, anonymous) = TestApp::start().await;
    expect_problem(anonymous.get("/api/v1/ws").await, 400, "bad_request");
    let ticket = ticket(&app.student().await).await;
    let problem =
        expect_problem(knock(&anonymous, &format!("?ticket={ticket}&after=x"), None).await, 422, "validation_failed");
    assert_eq!(fields(&problem), ["after"]);
}
