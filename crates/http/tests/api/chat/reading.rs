use serde_json::{Value, json};

use super::{conversation, direct, each, messages, write};
use crate::support::{Actor, TestApp, expect_problem};

async fn mark(reader: &Actor, conversation: &Value, body: Value) -> Value {
    reader.post(&format!("/api/chat/conversations/{conversation}/read"), body).await.expect(200)
}

/// Returns the receipt that `viewer` sees of `reader`.
async fn receipt(viewer: &Actor, conversation: &Value, reader: &Actor) -> Value {
    let status = viewer.get(&format!("/api/chat/conversations/{conversation}/read-status")).await.expect(200);
    assert_eq!(&status["conversation_id"], conversation);
    let receipts = status["participants"].as_array().unwrap();
    receipts.iter().find(|receipt| receipt["user_id"] == reader.user["id"]).unwrap().clone()
}

#[actix_web::test]
async fn what_is_read_is_read_for_good_and_its_sender_learns_of_it() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let mut sent = Vec::new();
    for content in ["One", "Two", "Three"] {
        sent.push(write(&student, &id, content).await);
    }
    let unread = async |reader: &Actor| conversation(reader, &id).await["unread_count"].clone();
    assert_eq!((unread(&tutor).await, unread(&student).await), (json!(3), json!(0)));
    let nothing = receipt(&student, &id, &tutor).await;
    assert_eq!((&nothing["last_read_seq"], &nothing["last_read_message_id"]), (&json!(0), &json!(null)));
    assert_eq!(nothing["last_read_at"], json!(null));

    let marked = mark(&tutor, &id, json!({ "last_read_message_id": sent[1]["id"] })).await;
    assert_eq!(marked, json!({ "success": true, "conversation_id": id, "unread_count": 1 }));
    assert_eq!(each(&messages(&student, &id).await, "status"), ["sent", "read", "read"]);
    let seen = receipt(&student, &id, &tutor).await;
    assert_eq!((&seen["last_read_seq"], &seen["last_read_message_id"]), (&json!(2), &sent[1]["id"]));
    assert_eq!(seen["last_read_at"], "2026-01-30T05:00:00Z");

    assert_eq!(mark(&tutor, &id, json!({})).await["unread_count"], 0);
    assert_eq!(mark(&tutor, &id, json!({ "last_read_message_id": sent[0]["id"] })).await["unread_count"], 0);
    assert_eq!(receipt(&student, &id, &tutor).await["last_read_message_id"], sent[2]["id"]);
    assert_eq!(each(&messages(&student, &id).await, "status"), ["read", "read", "read"]);
    write(&tutor, &id, "Four").await;
    assert_eq!((unread(&tutor).await, unread(&student).await), (json!(0), json!(1)));
}

#[actix_web::test]
async fn a_reader_who_turns_receipts_off_is_not_shown() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let sent = write(&student, &id, "Hello").await;
    tutor.put("/api/chat/settings", json!({ "read_receipts": false })).await.expect(200);
    assert_eq!(mark(&tutor, &id, json!({})).await["unread_count"], 0);
    assert_eq!(receipt(&student, &id, &tutor).await["last_read_message_id"], json!(null));
    assert_eq!(each(&messages(&student, &id).await, "status"), ["sent"]);
    tutor.put("/api/chat/settings", json!({ "read_receipts": true })).await.expect(200);
    assert_eq!(receipt(&student, &id, &tutor).await["last_read_message_id"], json!(null));
    write(&student, &id, "Still there?").await;
    mark(&tutor, &id, json!({ "last_read_message_id": sent["id"] })).await;
    assert_eq!(mark(&tutor, &id, json!({})).await["unread_count"], 0);
    assert_eq!(each(&messages(&student, &id).await, "status"), ["read", "read"]);
}

#[actix_web::test]
async fn only_participants_mark_and_only_with_messages_of_the_conversation() {
    let (app, _) = TestApp::start().await;
    let (student, tutor, stranger) = (app.student().await, app.tutor().await, app.student().await);
    let id = direct(&student, &tutor).await;
    write(&student, &id, "Hello").await;
    let elsewhere = write(&stranger, &direct(&stranger, &tutor).await, "Hello").await;
    let path = format!("/api/chat/conversations/{id}");
    let foreign = json!({ "last_read_message_id": elsewhere["id"] });
    assert_eq!(tutor.post(&format!("{path}/read"), foreign).await.expect(404)["detail"], "Message not found");
    expect_problem(stranger.post(&format!("{path}/read"), json!({})).await, 403, "not_a_participant");
    expect_problem(stranger.get(&format!("{path}/read-status")).await, 403, "not_a_participant");
    stranger.post("/api/chat/conversations/999/read", json!({})).await.expect(404);
    stranger.get("/api/chat/conversations/999/read-status").await.expect(404);
}
