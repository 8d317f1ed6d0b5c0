use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{conversation, direct, each, found, messages, open, write};
use crate::support::{Actor, Answer, TestApp, expect_problem, fields};

async fn add(admin: &Actor, group: &Value, users: &[&Actor]) -> Answer {
    let ids: Vec<_> = users.iter().map(|user| user.user["id"].clone()).collect();
    let path = format!("/api/chat/conversations/{group}/participants");
    admin.post(&path, json!({ "participant_user_ids": ids })).await
}

async fn remove(caller: &Actor, group: &Value, user: &Actor) -> Answer {
    caller.delete(&format!("/api/chat/conversations/{group}/participants/{}", user.user["id"])).await
}

/// Returns the ids and roles of the participants, by user.
async fn roles(reader: &Actor, group: &Value) -> Vec<(Value, Value)> {
    let participants = conversation(reader, group).await["participants"].clone();
    let participants = participants.as_array().unwrap().iter();
    participants.map(|participant| (participant["user_id"].clone(), participant["role"].clone())).collect()
}

fn role(user: &Actor, role: &str) -> (Value, Value) {
    (user.user["id"].clone(), json!(role))
}

#[actix_web::test]
async fn an_admin_founds_a_group_renames_it_and_changes_its_participants() {
    let (app, _) = TestApp::start().await;
    let (admin, member, newcomer) = (app.tutor().await, app.student().await, app.student().await);
    let founded = found(&admin, " Chess ", &[&admin, &member, &member]).await.expect(200);
    assert_eq!((&founded["existing"], &founded["message"]), (&json!(false), &json!("Conversation created")));
    let group = founded["conversation_id"].clone();
    let shown = &founded["conversation"];
    assert_eq!((&shown["type"], &shown["name"]), (&json!("group"), &json!("Chess")));
    assert_eq!((&shown["participant_count"], &shown["guardians_can_read"]), (&json!(2), &json!(false)));
    assert_eq!(roles(&member, &group).await, [role(&admin, "admin"), role(&member, "member")]);
    assert_eq!(messages(&member, &group).await[0]["message_type"], "system");
    write(&member, &group, "Hello").await;

    let added = add(&admin, &group, &[&newcomer, &member, &admin]).await.expect(200);
    assert_eq!(added, json!({ "message": "Participants added", "added_count": 1 }));
    assert_eq!(add(&admin, &group, &[&newcomer]).await.expect(200)["added_count"], 0);
    let seen = messages(&newcomer, &group).await;
    assert!(!each(&seen, "content").contains(&json!("Hello")), "newcomers see the messages since they joined");
    write(&newcomer, &group, "Good morning").await;
    assert_eq!(messages(&member, &group).await[0]["content"], "Good morning");

    let path = format!("/api/chat/conversations/{group}");
    let renamed = admin.patch(&path, json!({ "name": "Chess club", "is_muted": true })).await.expect(200);
    let shown = &renamed["conversation"];
    assert_eq!((&shown["display_name"], &shown["is_muted"]), (&json!("Chess club"), &json!(true)));
    let seen = conversation(&member, &group).await;
    assert_eq!((&seen["name"], &seen["is_muted"]), (&json!("Chess club"), &json!(false)));
    assert_eq!(messages(&member, &group).await[0]["content"], "Group renamed to Chess club");

    for _ in 0..2 {
        remove(&admin, &group, &newcomer).await.expect(204);
    }
    expect_problem(newcomer.get(&path).await, 403, "not_a_participant");
    expect_problem(super::send(&newcomer, &group, "Why?").await, 403, "not_a_participant");
    remove(&member, &group, &member).await.expect(204);
    assert_eq!(roles(&admin, &group).await, [role(&admin, "admin")]);
}

#[actix_web::test]
async fn only_admins_change_a_group() {
    let (app, _) = TestApp::start().await;
    let (admin, member, stranger) = (app.tutor().await, app.student().await, app.student().await);
    let group = found(&admin, "Chess", &[&member]).await.expect(200)["conversation_id"].clone();
    let path = format!("/api/chat/conversations/{group}");
    for (caller, code) in [(&member, "admin_only"), (&stranger, "not_a_participant")] {
        expect_problem(add(caller, &group, &[&stranger, &member]).await, 403, code);
        expect_problem(remove(caller, &group, &admin).await, 403, code);
        expect_problem(caller.patch(&path, json!({ "name": "Go" })).await, 403, code);
    }
    member.patch(&path, json!({ "is_archived": true })).await.expect(200);
    for unknown in ["999", "x"] {
        let path = format!("/api/chat/conversations/{unknown}/participants");
        admin.post(&path, json!({ "participant_user_ids": [member.user["id"]] })).await.expect(404);
    }
    admin.delete(&format!("{path}/participants/x")).await.expect(404);
    admin.delete("/api/chat/conversations/999/participants/1").await.expect(404);
    assert_eq!(conversation(&admin, &group).await["name"], "Chess");
}

#[actix_web::test]
async fn the_longest_standing_participant_follows_the_last_admin() {
    let (app, _) = TestApp::start().await;
    let (admin, late, early) = (app.tutor().await, app.student().await, app.student().await);
    let group = found(&admin, "Chess", &[&early]).await.expect(200)["conversation_id"].clone();
    app.clock.advance(TimeDelta::minutes(1));
    add(&admin, &group, &[&late]).await.expect(200);
    remove(&admin, &group, &admin).await.expect(204);
    assert_eq!(roles(&late, &group).await, [role(&late, "member"), role(&early, "admin")]);
    assert_eq!(each(&messages(&late, &group).await[..2], "content"), ["Admin appointed", "Participant left"]);
    remove(&early, &group, &early).await.expect(204);
    assert_eq!(roles(&late, &group).await, [role(&late, "admin")]);
    remove(&late, &group, &late).await.expect(204);
    late.get(&format!("/api/chat/conversations/{group}")).await.expect(403);
    assert_eq!(late.get("/api/chat/conversations").await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn participants_who_cannot_join_are_named() {
    let (app, _) = TestApp::start().await;
    let (admin, member, blocked) = (app.tutor().await, app.student().await, app.student().await);
    admin.put(&format!("/api/users/{}/block", blocked.user["id"]), json!({})).await.expect(200);
    let [own, joins, refused] = [&admin, &member, &blocked].map(|user| user.user["id"].clone());
    let listed = json!([own, joins, joins, refused, 999_999]);
    let invalid = ["participant_user_ids.3", "participant_user_ids.4"];
    let body = json!({ "type": "group", "name": "Chess", "participant_user_ids": listed });
    let problem = admin.post("/api/chat/conversations", body).await.expect(422);
    assert_eq!(fields(&problem), invalid);
    let codes = each(problem["errors"].as_array().unwrap(), "code");
    assert_eq!(codes, ["blocked_by_you", "unreachable"]);
    let group = found(&admin, "Chess", &[&member]).await.expect(200)["conversation_id"].clone();
    let path = format!("/api/chat/conversations/{group}/participants");
    let problem = admin.post(&path, json!({ "participant_user_ids": listed })).await.expect(422);
    assert_eq!(fields(&problem), invalid);
    let crowd: Vec<_> = (1_000..1_101).collect();
    for body in [json!({}), json!({ "participant_user_ids": [own] }), json!({ "participant_user_ids": crowd })] {
        let problem = admin.post(&path, body).await.expect(422);
        assert_eq!(fields(&problem), ["participant_user_ids"]);
    }
    assert_eq!(conversation(&admin, &group).await["participant_count"], 2);
}

#[actix_web::test]
async fn a_direct_conversation_has_two_participants_and_no_name() {
    let (app, _) = TestApp::start().await;
    let (student, tutor, other) = (app.student().await, app.tutor().await, app.student().await);
    let id = direct(&student, &tutor).await;
    let path = format!("/api/chat/conversations/{id}");
    let refused = expect_problem(add(&student, &id, &[&other]).await, 409, "not_a_group");
    assert_eq!(refused["detail"], "This conversation is not a group");
    expect_problem(remove(&student, &id, &student).await, 409, "not_a_group");
    let both = json!({ "name": "Lessons", "is_muted": true });
    expect_problem(student.patch(&path, both).await, 409, "not_a_group");
    assert_eq!(conversation(&student, &id).await["is_muted"], false);
    assert_eq!(open(&student, &tutor).await.expect(200)["conversation"]["participant_count"], 2);
}

#[actix_web::test]
async fn methods_of_messages_and_participants_are_told_apart() {
    let (_, anonymous) = TestApp::start().await;
    for (method, path, allow) in [
        ("POST", "/api/chat/messages/1", "DELETE, GET, HEAD, PUT, OPTIONS"),
        ("DELETE", "/api/chat/messages", "POST, OPTIONS"),
        ("GET", "/api/chat/conversations/1/participants", "POST, OPTIONS"),
        ("PUT", "/api/chat/conversations/1/participants/2", "DELETE, OPTIONS"),
        ("DELETE", "/api/chat/conversations/1", "GET, HEAD, PATCH, OPTIONS"),
        ("PATCH", "/api/chat/settings", "GET, HEAD, PUT, OPTIONS"),
    ] {
        let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
        let answer = anonymous.send(request).await;
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
        expect_problem(answer, 405, "method_not_allowed");
    }
}
