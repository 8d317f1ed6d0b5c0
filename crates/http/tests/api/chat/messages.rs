use chrono::TimeDelta;
use serde_json::json;

use super::{conversation, direct, each, messages, send, write};
use crate::support::{TestApp, expect_problem, fields, weekly};

#[actix_web::test]
async fn a_message_reaches_the_other_participant() {
    let (app, _) = TestApp::start().await;
    let (student, tutor, stranger) = (app.student().await, app.tutor().await, app.student().await);
    let id = direct(&student, &tutor).await;
    let sent = send(&student, &id, "Hello").await.expect(200);
    assert_eq!((&sent["status"], &sent["id"]), (&json!("sent"), &sent["message"]["id"]));
    let own = &sent["message"];
    assert_eq!((&own["content"], &own["is_mine"], &own["seq"]), (&json!("Hello"), &json!(true), &json!(1)));
    assert_eq!((&own["message_type"], &own["status"]), (&json!("text"), &json!("sent")));
    assert_eq!((&own["is_edited"], &own["edited_at"]), (&json!(false), &json!(null)));
    let received = messages(&tutor, &id).await;
    assert_eq!((received.len(), &received[0]["content"]), (1, &json!("Hello")));
    assert_eq!(received[0]["is_mine"], false);
    assert_eq!(conversation(&tutor, &id).await["last_message"], "Hello");
    expect_problem(send(&stranger, &id, "Hello").await, 403, "not_a_participant");
    assert_eq!(send(&stranger, &json!(999), "Hello").await.expect(404)["detail"], "Conversation not found");
}

#[actix_web::test]
async fn a_repeated_send_returns_the_same_message() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let body = |content: &str| json!({ "conversation_id": id, "content": content, "client_message_id": "a-1" });
    let first = student.post("/api/chat/messages", body("Hello")).await.expect(200);
    let repeated = student.post("/api/chat/messages", body("Hello")).await.expect(200);
    assert_eq!(repeated, first);
    assert_eq!(student.post("/api/chat/messages", body("Other")).await.expect(200), first);
    assert_ne!(tutor.post("/api/chat/messages", body("Hello")).await.expect(200)["id"], first["id"]);
    assert_eq!(messages(&student, &id).await.len(), 2);
}

#[actix_web::test]
async fn a_reply_refers_to_a_message_of_its_conversation() {
    let (app, _) = TestApp::start().await;
    let (student, tutor, other) = (app.student().await, app.tutor().await, app.student().await);
    let id = direct(&student, &tutor).await;
    let question = write(&student, &id, "Monday?").await;
    let elsewhere = write(&student, &direct(&student, &other).await, "Hello").await;
    let reply = |to: &serde_json::Value| {
        tutor.post("/api/chat/messages", json!({ "conversation_id": id, "content": "Yes", "reply_to_id": to }))
    };
    let answered = reply(&question["id"]).await.expect(200);
    assert_eq!(answered["message"]["reply_to_id"], question["id"]);
    for unknown in [&elsewhere["id"], &json!(999)] {
        assert_eq!(fields(&reply(unknown).await.expect(422)), ["reply_to_id"]);
    }
    student.delete(&format!("/api/chat/messages/{}", question["id"])).await.expect(200);
    assert_eq!(fields(&reply(&question["id"]).await.expect(422)), ["reply_to_id"]);
}

#[actix_web::test]
async fn a_message_can_be_edited_by_its_sender_for_a_day() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let sent = write(&student, &id, "Helo").await;
    let path = format!("/api/chat/messages/{}", sent["id"]);
    app.clock.advance(TimeDelta::minutes(1));
    let edited = student.put(&path, json!({ "content": "Hello" })).await.expect(200);
    assert_eq!((&edited["status"], &edited["id"]), (&json!("edited"), &sent["id"]));
    let message = &edited["message"];
    assert_eq!((&message["content"], &message["is_edited"]), (&json!("Hello"), &json!(true)));
    assert_eq!(message["edited_at"], "2026-01-30T05:01:00Z");
    assert_eq!((&message["seq"], &message["created_at"]), (&sent["seq"], &sent["created_at"]));
    assert_eq!(messages(&tutor, &id).await[0]["content"], "Hello");
    let refused = expect_problem(tutor.put(&path, json!({ "content": "Mine" })).await, 403, "sender_only");
    assert_eq!(refused["detail"], "Only the sender can change a message");
    for body in [json!({}), json!({ "content": null }), json!({ "content": "a\u{0}" }), json!({ "content": " " })] {
        assert_eq!(fields(&student.put(&path, body).await.expect(422)), ["content"]);
    }
    app.clock.advance(TimeDelta::days(1) - TimeDelta::minutes(1));
    let student = student.log_in().await;
    let late = expect_problem(student.put(&path, json!({ "content": "Hi" })).await, 409, "edit_window_closed");
    assert_eq!(late["detail"], "Messages can be edited for 24 hours");
    student.put("/api/chat/messages/999", json!({ "content": "Hi" })).await.expect(404);
    student.delete(&path).await.expect(200);
}

#[actix_web::test]
async fn a_deleted_message_keeps_its_place_and_nothing_else() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let body = json!({
        "conversation_id": id, "message_type": "image", "content": "Look", "media_url": "https://example.com/a.png",
        "media_metadata": { "width": 640 },
    });
    let sent = student.post("/api/chat/messages", body).await.expect(200);
    let path = format!("/api/chat/messages/{}", sent["id"]);
    expect_problem(tutor.delete(&path).await, 403, "sender_only");
    for _ in 0..2 {
        let deleted = student.delete(&path).await.expect(200);
        assert_eq!((&deleted["status"], &deleted["id"]), (&json!("deleted"), &sent["id"]));
        assert_eq!(deleted["message"]["is_deleted"], true);
    }
    let seen = messages(&tutor, &id).await;
    for member in ["content", "media_url", "media_metadata"] {
        assert_eq!(each(&seen, member), [json!(null)], "{member}");
    }
    assert_eq!((&seen[0]["is_deleted"], &seen[0]["seq"]), (&json!(true), &json!(1)));
    let one = conversation(&tutor, &id).await;
    assert_eq!((&one["unread_count"], &one["last_message"]), (&json!(0), &json!(null)));
    expect_problem(student.put(&path, json!({ "content": "Again" })).await, 409, "message_deleted");
    student.delete("/api/chat/messages/999").await.expect(404);
}

#[actix_web::test]
async fn messages_of_the_platform_cannot_be_changed() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(200);
    let seen = messages(&student, &sent["conversation_id"]).await;
    assert_eq!(each(&seen, "message_type"), ["system", "session_request"]);
    for (sender, message) in [(&tutor, &seen[0]), (&student, &seen[1])] {
        let path = format!("/api/chat/messages/{}", message["id"]);
        let edit = sender.put(&path, json!({ "content": "Accepted" })).await;
        expect_problem(edit, 403, "message_not_changeable");
        expect_problem(sender.delete(&path).await, 403, "message_not_changeable");
    }
}
