//! Typing and presence, which are not in the log.

use serde_json::{Value, json};

use super::Pair;
use super::live::{Live, Socket};
use crate::chat::{direct, found, write};
use crate::support::{Actor, TestApp};

fn typing(conversation: &Value, user: &Actor, is_typing: bool) -> Value {
    let data = json!({ "conversation_id": conversation, "user_id": user.user["id"], "is_typing": is_typing });
    json!({ "type": "typing", "data": data })
}

fn presence(online: &[&Actor], offline: &[&Actor]) -> Value {
    let ids = |users: &[&Actor]| users.iter().map(|user| user.user["id"].clone()).collect::<Vec<_>>();
    json!({ "type": "presence", "data": { "online": ids(online), "offline": ids(offline) } })
}

/// Watches some users, and returns the answer.
fn watch(socket: &mut Socket, users: &[&Actor]) -> Value {
    let ids: Vec<_> = users.iter().map(|user| &user.user["id"]).collect();
    socket.send_json(&json!({ "type": "presence", "user_ids": ids }));
    socket.next()
}

/// Types on a new socket, and returns when the server has told those who may know.
async fn type_in(live: &Live, user: &Actor, conversation: &Value, is_typing: bool) {
    let mut socket = live.follow(user).await;
    socket.send_json(&json!({ "type": "typing", "conversation_id": conversation, "is_typing": is_typing }));
    assert_eq!(watch(&mut socket, &[])["type"], "presence");
}

async fn block(user: &Actor, other: &Actor) {
    user.put(&format!("/api/v1/users/{}/block", other.user["id"]), json!({})).await.expect(200);
}

#[actix_web::test]
async fn the_other_participant_sees_who_types() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (mut other, mut own) = (live.follow(&pair.tutor).await, live.follow(&pair.student).await);
    for is_typing in [true, false] {
        type_in(&live, &pair.student, &pair.conversation, is_typing).await;
        assert_eq!(other.next(), typing(&pair.conversation, &pair.student, is_typing));
    }
    type_in(&live, &app.student().await, &pair.conversation, true).await;
    let sent = pair.write("Hello").await;
    assert_eq!(own.next()["data"]["message_id"], sent["id"], "nobody sees that they type themselves");
    assert_eq!(other.next()["data"]["message_id"], sent["id"], "who does not participate cannot type");
}

#[actix_web::test]
async fn the_end_of_typing_is_told_at_once() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (mut own, mut other) = (live.follow(&pair.student).await, live.follow(&pair.tutor).await);
    for is_typing in [true, false] {
        let frame = json!({ "type": "typing", "conversation_id": pair.conversation, "is_typing": is_typing });
        own.send_json(&frame);
        assert_eq!(other.next(), typing(&pair.conversation, &pair.student, is_typing));
    }
}

#[actix_web::test]
async fn nobody_sees_the_typing_of_who_hides_it() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let mut other = live.follow(&pair.tutor).await;
    pair.student.put("/api/v1/chat/settings", json!({ "typing_indicators": false })).await.expect(200);
    type_in(&live, &pair.student, &pair.conversation, true).await;
    let sent = pair.write("Hello").await;
    assert_eq!(other.next()["data"]["message_id"], sent["id"]);
}

#[actix_web::test]
async fn typing_is_not_told_across_a_block() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let Pair { student, tutor, conversation } = &pair;
    let third = app.student().await;
    let group = found(student, "Chess", &[tutor, &third]).await.expect(200)["conversation_id"].clone();
    block(tutor, student).await;
    let (mut blocked, mut blocker, mut other) =
        (live.follow(student).await, live.follow(tutor).await, live.follow(&third).await);
    for user in [student, tutor] {
        type_in(&live, user, conversation, true).await;
        type_in(&live, user, &group, true).await;
        assert_eq!(other.next(), typing(&group, user, true));
    }
    let sent = write(&third, &group, "Hello").await;
    for socket in [&mut blocked, &mut blocker, &mut other] {
        assert_eq!(socket.next()["data"]["message_id"], sent["id"]);
    }
}

#[actix_web::test]
async fn users_who_have_written_are_seen_coming_and_going() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (tutor, stranger) = (&pair.tutor, app.student().await);
    pair.write("Hello").await;
    let mut watcher = live.follow(&pair.student).await;
    let foreign = live.follow(&stranger).await;
    assert_eq!(watch(&mut watcher, &[tutor, &stranger]), presence(&[], &[tutor, &stranger]));
    let first = live.follow(tutor).await;
    assert_eq!(watcher.next(), presence(&[tutor], &[]));
    let second = live.follow(tutor).await;
    foreign.close();
    first.close();
    assert_eq!(watch(&mut watcher, &[tutor, &stranger]), presence(&[tutor], &[&stranger]), "one socket is enough");
    second.close();
    assert_eq!(watcher.next(), presence(&[], &[tutor]));
    let _stream = live.stream(tutor, "");
    assert_eq!(watch(&mut watcher, &[tutor]), presence(&[], &[tutor]), "a stream is not presence");
}

#[actix_web::test]
async fn who_may_not_be_seen_appears_offline() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let (student, tutor) = (&pair.student, &pair.tutor);
    let (silent, hidden) = (app.tutor().await, app.tutor().await);
    direct(student, &silent).await;
    write(&hidden, &direct(&hidden, student).await, "Hello").await;
    hidden.put("/api/v1/chat/settings", json!({ "online_status": false })).await.expect(200);
    pair.write("Hello").await;
    let _online = [live.follow(tutor).await, live.follow(&silent).await, live.follow(&hidden).await];
    let mut watcher = live.follow(student).await;
    let all = [tutor, &silent, &hidden];
    assert_eq!(watch(&mut watcher, &all), presence(&[tutor], &[&silent, &hidden]));
    block(tutor, student).await;
    assert_eq!(watch(&mut watcher, &all), presence(&[], &all));
}

#[actix_web::test]
async fn who_may_no_longer_be_seen_goes_offline_for_good() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let other = app.tutor().await;
    pair.write("Hello").await;
    write(&other, &direct(&other, &pair.student).await, "Hello").await;
    let mut watcher = live.follow(&pair.student).await;
    let first = live.follow(&pair.tutor).await;
    assert_eq!(watch(&mut watcher, &[&pair.tutor, &other]), presence(&[&pair.tutor], &[&other]));
    block(&pair.student, &pair.tutor).await;
    first.close();
    assert_eq!(watcher.next(), presence(&[], &[&pair.tutor]));
    let _tutor = live.follow(&pair.tutor).await;
    let _other = live.follow(&other).await;
    assert_eq!(watcher.next(), presence(&[&other], &[]));
}
