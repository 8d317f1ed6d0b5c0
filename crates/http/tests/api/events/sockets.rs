use serde_json::{Value, json};

use super::live::Live;
use super::{Pair, after, latest};
use crate::chat::{found, write};
use crate::support::TestApp;

#[actix_web::test]
async fn both_users_learn_of_a_message_at_once() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let stranger = app.student().await;
    let (mut own, mut others, mut foreign) =
        (live.follow(&pair.student).await, live.follow(&pair.tutor).await, live.follow(&stranger).await);
    let starts = [latest(&pair.student).await, latest(&pair.tutor).await];
    let sent = write(&pair.student, &pair.conversation, "Hello").await;
    for (socket, reader, start) in [(&mut own, &pair.student, &starts[0]), (&mut others, &pair.tutor, &starts[1])] {
        let event = socket.next();
        assert_eq!((&event["type"], &event["data"]["message"]["content"]), (&json!("message.sent"), &json!("Hello")));
        assert_eq!(event["data"]["message_id"], sent["id"]);
        assert_eq!(after(reader, start).await, [event], "a frame is an event of the log");
    }
    let group = found(&stranger, "Chess", &[&app.parent().await]).await.expect(200)["conversation_id"].clone();
    let event = foreign.next();
    assert_eq!(event["data"]["conversation_id"], group, "the stranger has learned of nothing else");
}

#[actix_web::test]
async fn events_of_all_kinds_arrive_in_order() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let mut socket = live.follow(&pair.student).await;
    let sent = pair.write("Helo").await;
    let path = format!("/api/v1/chat/messages/{}", sent["id"]);
    pair.tutor.put(&path, json!({ "content": "Hello" })).await.expect(200);
    pair.tutor.delete(&path).await.expect(200);
    pair.tutor.put(&format!("/api/v1/users/{}/friend", pair.student.user["id"]), json!({})).await.expect(200);
    let events = [(); 4].map(|()| socket.next());
    let kinds = ["message.sent", "message.edited", "message.deleted", "connection.requested"];
    assert_eq!(events.each_ref().map(|event| event["type"].clone()), kinds.map(Value::from));
    assert_eq!(events[3]["data"]["user_id"], pair.tutor.user["id"]);
    let first = events[0]["cursor"].as_i64().unwrap();
    assert_eq!(events.map(|event| event["cursor"].as_i64().unwrap()), [first, first + 1, first + 2, first + 3]);
}

#[actix_web::test]
async fn a_socket_continues_with_what_was_missed() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (mut socket, start) = live.connect(&pair.student, None).await;
    assert_eq!(start, latest(&pair.student).await);
    let mut sent = vec![pair.write("Seen").await["id"].clone()];
    let seen = socket.next();
    socket.close();
    // More than one page of the log.
    for number in 0..120 {
        sent.push(pair.write(&number.to_string()).await["id"].clone());
    }
    let (mut resumed, hello) = live.connect(&pair.student, Some(&seen["cursor"])).await;
    assert_eq!(hello, seen["cursor"]);
    sent.push(pair.write("Live").await["id"].clone());
    let mut events = vec![seen];
    events.extend((1..sent.len()).map(|_| resumed.next()));
    assert_eq!(events.iter().map(|event| event["data"]["message_id"].clone()).collect::<Vec<_>>(), sent);
    let cursors: Vec<_> = events.iter().map(|event| event["cursor"].as_i64().unwrap()).collect();
    let start = start.as_i64().unwrap();
    assert_eq!(cursors, (start + 1..).take(sent.len()).collect::<Vec<_>>());
    let last = pair.write("Last").await;
    assert_eq!(resumed.next()["data"]["message_id"], last["id"], "nothing is told twice");
}

#[actix_web::test]
async fn all_sockets_of_a_user_learn_of_everything() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let phone = pair.student.log_in().await;
    let mut sockets = [live.follow(&pair.student).await, live.follow(&pair.student).await, live.follow(&phone).await];
    let sent = pair.write("Hello").await;
    let events = sockets.each_mut().map(super::live::Socket::next);
    assert_eq!(events[0]["data"]["message_id"], sent["id"]);
    assert!(events.iter().all(|event| *event == events[0]));
}

#[actix_web::test]
async fn what_is_not_understood_is_explained() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let student = app.student().await;
    let mut socket = live.follow(&student).await;
    for (frame, reason) in [
        (json!({ "type": "shout" }), "unknown variant"),
        (json!({ "type": "typing" }), "conversation_id"),
        (json!({ "type": "presence", "user_ids": vec![1; 101] }), "at most 100"),
        // The largest frame: the quotes count.
        (json!("x".repeat(64 * 1024 - 2)), "not supported"),
    ] {
        socket.send_json(&frame);
        let answer = socket.next();
        assert_eq!(answer["type"], "error");
        assert!(answer["message"].as_str().unwrap().contains(reason), "{answer}");
    }
    socket.close();
}
