use actix_web::test::TestRequest;
use serde_json::json;

use super::{conversation, direct, each, found, messages, open, send, write};
use crate::support::{TestApp, expect_problem, fields, weekly};

#[actix_web::test]
async fn two_users_have_one_direct_conversation() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let created = open(&student, &tutor).await.expect(200);
    assert_eq!((&created["existing"], &created["message"]), (&json!(false), &json!("Conversation created")));
    let conversation = &created["conversation"];
    assert_eq!((&conversation["id"], &conversation["type"]), (&created["conversation_id"], &json!("direct")));
    assert_eq!((&conversation["display_name"], &conversation["name"]), (&tutor.user["name"], &json!(null)));
    assert_eq!((&conversation["guardians_can_read"], &conversation["is_read_only"]), (&json!(false), &json!(false)));
    let participants = conversation["participants"].as_array().unwrap();
    assert_eq!(each(participants, "user_id"), [student.user["id"].clone(), tutor.user["id"].clone()]);
    assert_eq!(each(participants, "role"), ["member", "member"]);

    for (caller, other) in [(&student, &tutor), (&tutor, &student)] {
        let again = open(caller, other).await.expect(200);
        assert_eq!((&again["existing"], &again["message"]), (&json!(true), &json!("Existing conversation returned")));
        assert_eq!(again["conversation_id"], created["conversation_id"]);
        assert_eq!(again["conversation"]["display_name"], other.user["name"]);
        assert_eq!(caller.get("/api/chat/conversations").await.expect(200)["total"], 1);
    }
}

#[actix_web::test]
async fn the_conversation_of_a_session_request_is_the_direct_one() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    assert_eq!(open(&tutor, &student).await.expect(200)["conversation_id"], sent["conversation_id"]);
    let (first, second) = (app.student().await, app.tutor().await);
    let id = direct(&second, &first).await;
    assert_eq!(first.ask(&second, weekly()).await.expect(200)["conversation_id"], id);
}

#[actix_web::test]
async fn a_conversation_needs_another_user() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let own = expect_problem(open(&student, &student).await, 400, "own_conversation");
    assert_eq!(own["detail"], "Cannot start a conversation with yourself");
    let ask = |body| student.post("/api/chat/conversations", body);
    let unknown = ask(json!({ "type": "direct", "participant_user_ids": [999_999] })).await.expect(404);
    assert_eq!(unknown["detail"], "User not found");
    let (one, other) = (&student.user["id"], &tutor.user["id"]);
    for (body, invalid) in [
        (json!({}), vec!["type", "participant_user_ids"]),
        (json!({ "type": "channel", "participant_user_ids": [0] }), vec!["type", "participant_user_ids.0"]),
        (json!({ "type": "direct", "participant_user_ids": [] }), vec!["participant_user_ids"]),
        (json!({ "type": "direct", "participant_user_ids": [one, other] }), vec!["participant_user_ids"]),
        (json!({ "type": "group", "participant_user_ids": [other, "x"] }), vec!["participant_user_ids.1", "name"]),
        (json!({ "type": "group", "name": " ", "participant_user_ids": [other] }), vec!["name"]),
        (json!({ "type": "group", "name": "x".repeat(101), "participant_user_ids": [other] }), vec!["name"]),
        (json!({ "type": "group", "name": "Chess", "participant_user_ids": [one] }), vec!["participant_user_ids"]),
    ] {
        let problem = ask(body.clone()).await.expect(422);
        assert_eq!(fields(&problem), invalid, "{body}");
    }
    assert_eq!(student.get("/api/chat/conversations").await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn each_participant_mutes_and_archives_for_themselves() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let path = format!("/api/chat/conversations/{id}");
    let muted = student.patch(&path, json!({ "is_muted": true })).await.expect(200);
    let flags = |conversation: &serde_json::Value| {
        (conversation["is_muted"].as_bool().unwrap(), conversation["is_archived"].as_bool().unwrap())
    };
    assert_eq!(flags(&muted["conversation"]), (true, false));
    let archived = student.patch(&path, json!({ "is_archived": true })).await.expect(200);
    assert_eq!(flags(&archived["conversation"]), (true, true));
    assert_eq!(student.patch(&path, json!({})).await.expect(200), archived);
    assert_eq!(flags(&conversation(&tutor, &id).await), (false, false));
    let unmuted = student.patch(&path, json!({ "is_muted": false })).await.expect(200);
    assert_eq!(flags(&unmuted["conversation"]), (false, true));
    let wrong = json!({ "name": null, "is_muted": null, "is_archived": "yes" });
    let problem = student.patch(&path, wrong).await.expect(422);
    assert_eq!(fields(&problem), ["is_archived", "name", "is_muted"]);
    let stranger = app.student().await;
    expect_problem(stranger.patch(&path, json!({ "is_muted": true })).await, 403, "not_a_participant");
    student.patch("/api/chat/conversations/999", json!({ "is_muted": true })).await.expect(404);
}

#[actix_web::test]
async fn an_outdated_version_of_a_conversation_is_not_updated() {
    let (app, _) = TestApp::start().await;
    let (admin, member) = (app.student().await, app.student().await);
    let id = found(&admin, "Chess", &[&member]).await.expect(200)["conversation_id"].clone();
    let path = format!("/api/chat/conversations/{id}");
    let tag = admin.get(&path).await.header("etag").unwrap().to_owned();
    let rename = |name: &str| {
        let request = TestRequest::patch().uri(&path).insert_header(("If-Match", tag.clone()));
        admin.send(request.set_json(json!({ "name": name })))
    };
    let renamed = rename("Chess club").await;
    assert_ne!(renamed.header("etag"), Some(tag.as_str()));
    assert_eq!(renamed.expect(200)["conversation"]["name"], "Chess club");
    expect_problem(rename("Go club").await, 412, "precondition_failed");
    assert_eq!(conversation(&admin, &id).await["name"], "Chess club");
}

#[actix_web::test]
async fn a_block_ends_the_messages_of_both_sides() {
    let (app, _) = TestApp::start().await;
    let (blocker, blocked) = (app.student().await, app.tutor().await);
    let id = direct(&blocker, &blocked).await;
    write(&blocker, &id, "Hello").await;
    let answer = write(&blocked, &id, "Good morning").await;
    blocker.put(&format!("/api/users/{}/block", blocked.user["id"]), json!({})).await.expect(200);
    expect_problem(send(&blocker, &id, "Bye").await, 403, "blocked_by_you");
    assert_eq!(send(&blocked, &id, "Why?").await.expect(404)["detail"], "User not found");
    let path = format!("/api/chat/messages/{}", answer["id"]);
    blocked.put(&path, json!({ "content": "Why?" })).await.expect(404);
    for reader in [&blocker, &blocked] {
        assert_eq!(each(&messages(reader, &id).await, "content"), ["Good morning", "Hello"]);
    }
    let newcomer = app.student().await;
    newcomer.put(&format!("/api/users/{}/block", blocked.user["id"]), json!({})).await.expect(200);
    expect_problem(open(&newcomer, &blocked).await, 403, "blocked_by_you");
    assert_eq!(open(&blocked, &newcomer).await.expect(404)["detail"], "User not found");
    blocked.delete(&path).await.expect(200);
}
