use chrono::TimeDelta;
use serde_json::json;
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::live::{Live, ticket};
use super::{Pair, end_tokens_soon, latest, prune};
use crate::support::TestApp;

#[actix_web::test]
async fn a_socket_ends_with_its_access_token() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    end_tokens_soon(&app);
    live.follow(&student).await.expect_end(4401, "token_expired");
    let mut socket = live.open("", None);
    socket.authenticate(&student);
    assert_eq!(socket.next()["type"], "hello");
    socket.expect_end(4401, "token_expired");
}

#[actix_web::test]
async fn a_later_token_replaces_the_end_of_the_first() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    app.clock.advance(TimeDelta::minutes(1));
    let phone = student.log_in().await;
    let mut socket = live.follow(&phone).await;
    app.clock.advance(TimeDelta::minutes(-1));
    end_tokens_soon(&app);
    socket.authenticate(&student);
    socket.expect_end(4401, "token_expired");
}

#[actix_web::test]
async fn a_token_of_another_user_or_none_closes_an_open_socket() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let (student, tutor) = (app.student().await, app.tutor().await);
    let mut socket = live.follow(&student).await;
    socket.authenticate(&tutor);
    socket.expect_end(4401, "invalid_token");
    let mut socket = live.follow(&student).await;
    socket.send_json(&json!({ "type": "auth", "token": "unknown" }));
    socket.expect_end(4401, "invalid_token");
}

#[actix_web::test]
async fn a_logout_closes_the_sockets_of_its_device() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (phone, tablet) = (pair.student.log_in().await, pair.student.log_in().await);
    let (mut kept, closed) = (live.follow(&pair.student).await, live.follow(&phone).await);
    let mut moved = live.follow(&pair.student).await;
    moved.authenticate(&tablet);
    // Answered after the token has been accepted.
    moved.send_json(&json!({ "type": "presence", "user_ids": [] }));
    assert_eq!(moved.next()["type"], "presence");
    phone.post("/api/v1/auth/logout", json!({})).await.expect(200);
    closed.expect_end(4401, "signed_out");
    tablet.post("/api/v1/auth/logout", json!({})).await.expect(200);
    moved.expect_end(4401, "signed_out");
    let sent = pair.write("Hello").await;
    assert_eq!(kept.next()["data"]["message_id"], sent["id"]);
}

#[actix_web::test]
async fn no_socket_continues_behind_an_expired_position() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let beyond = latest(&pair.student).await.as_i64().unwrap() + 1;
    let query = format!("?ticket={}&after={beyond}", ticket(&pair.student).await);
    live.open(&query, None).expect_end(4410, "cursor_expired");
    let (student, forgotten) = prune(&app, &pair).await;
    let query = format!("?ticket={}&after=0", ticket(&student).await);
    live.open(&query, None).expect_end(4410, "cursor_expired");
    let (mut socket, _) = live.connect(&student, Some(&forgotten)).await;
    assert_eq!(socket.next()["data"]["message"]["content"], "Kept");
}

#[actix_web::test]
async fn a_user_has_at_most_ten_sockets() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let (student, tutor) = (app.student().await, app.tutor().await);
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(live.follow(&student).await);
    }
    let mut refused = live.open("", None);
    refused.authenticate(&student);
    refused.expect_end(4429, "too_many_connections");
    live.follow(&tutor).await;
    sockets.pop().unwrap().close();
    live.follow(&student).await;
}

#[actix_web::test]
async fn clients_that_break_the_rules_are_disconnected() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let fragment = |opcode, is_last| Message::Frame(Frame::message(vec![b'x'; 40_000], OpCode::Data(opcode), is_last));
    for (messages, code, reason) in [
        (vec![Message::binary(b"{}".to_vec())], 1003, "binary_frame"),
        (vec![Message::text("x".repeat(64 * 1024 + 1))], 1009, "frame_too_large"),
        (vec![fragment(Data::Text, false), fragment(Data::Continue, true)], 1009, "frame_too_large"),
        (vec![Message::Frame(Frame::message(vec![0xff], OpCode::Data(Data::Text), true))], 1007, "invalid_utf8"),
        (vec![fragment(Data::Continue, true)], 1002, "protocol_error"),
    ] {
        let mut socket = live.follow(&student).await;
        for message in messages {
            socket.send(message);
        }
        socket.expect_end(code, reason);
    }
}

#[actix_web::test]
async fn a_client_is_disconnected_after_twenty_frames_that_are_not_understood() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let mut socket = live.follow(&student).await;
    for _ in 0..21 {
        socket.send_json(&json!({}));
    }
    for _ in 0..20 {
        assert_eq!(socket.next()["type"], "error");
    }
    socket.expect_end(1008, "too_many_bad_frames");
}

#[actix_web::test]
async fn a_server_that_stops_closes_its_sockets() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let (open, unauthenticated) = (live.follow(&student).await, live.open("", None));
    app.services.hub.shut_down();
    open.expect_end(1001, "shutting_down");
    unauthenticated.expect_end(1001, "shutting_down");
    live.follow(&student).await.expect_end(1001, "shutting_down");
}
