//! Names of private users, children without a login, and counts.

use serde_json::{Value, json};

use crate::connections::{comparable, connect};
use crate::support::{Actor, TestApp};

async fn private(app: &TestApp, first_name: &str) -> Actor {
    let actor = app.register(json!({ "role": "tutor", "first_name": first_name })).await;
    actor.patch("/api/v1/auth/me", json!({ "is_private": true })).await.expect(200);
    actor
}

async fn child_of(app: &TestApp, parent: &Actor) -> Actor {
    let child = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(201);
    let mut actor = app.student().await;
    actor.user = json!({ "id": child["user_id"] });
    actor
}

fn list(body: &Value) -> &Vec<Value> {
    body.as_array().unwrap()
}

#[actix_web::test]
async fn a_private_users_name_picture_and_roles_are_hidden_until_the_user_accepts() {
    let (app, _) = TestApp::start().await;
    let (stranger, hidden) = (app.student().await, private(&app, "Mekdes").await);
    let hidden_fields = |connection: &Value| {
        let fields = ["user_2_name", "user_2_profile_picture", "user_2_roles"];
        assert_eq!(fields.map(|field| connection[field].clone()), [json!(null), json!(null), json!([])]);
        assert_eq!(connection["user_1_name"], stranger.user["name"]);
    };
    let follow = stranger.post("/api/connections", connect(&hidden, "follow")).await.expect(201);
    assert_eq!(follow["status"], "pending");
    hidden_fields(&follow);
    let path = format!("/api/connections/{}", follow["id"]);
    hidden_fields(&stranger.get(&path).await.expect(200));
    hidden_fields(&stranger.get("/api/connections").await.expect(200)[0]);
    hidden_fields(&stranger.post("/api/connections/check", connect(&hidden, "")).await.expect(200)["connections"][0]);
    assert_eq!(stranger.get("/api/connections?search=mekdes").await.expect(200), json!([]));
    let user = format!("/api/users/{}", hidden.user["id"]);
    hidden_fields(&stranger.put(&format!("{user}/block"), json!({})).await.expect(200)["connections"][0]);
    hidden_fields(&stranger.get("/api/connections?connection_type=block").await.expect(200)[0]);
    stranger.delete(&format!("{user}/block")).await.expect(200);

    let follow = stranger.post("/api/connections", connect(&hidden, "follow")).await.expect(201);
    let path = format!("/api/connections/{}", follow["id"]);
    let accepted = hidden.put(&path, json!({ "status": "accepted" })).await.expect(200);
    assert_eq!(accepted["user_1_name"], stranger.user["name"]);
    let shown = stranger.get("/api/connections?search=mekdes").await.expect(200);
    assert_eq!((&shown[0]["user_2_name"], &shown[0]["user_2_roles"]), (&json!("Mekdes"), &json!(["tutor"])));
}

#[actix_web::test]
async fn a_private_user_who_asks_for_friendship_shows_their_name() {
    let (app, _) = TestApp::start().await;
    let (asked, hidden) = (app.student().await, private(&app, "Mekdes").await);
    hidden.post("/api/connections", connect(&asked, "friend")).await.expect(201);
    let received = asked.get("/api/connections?search=mek&direction=incoming").await.expect(200);
    assert_eq!(received[0]["user_1_name"], "Mekdes");
}

#[actix_web::test]
async fn a_public_list_names_no_private_user_to_strangers() {
    let (app, anonymous) = TestApp::start().await;
    let (tutor, hidden) = (app.tutor().await, private(&app, "Mekdes").await);
    hidden.post("/api/connections", connect(&tutor, "follow")).await.expect(201);
    let path = format!("/api/users/{}/connections", tutor.user["id"]);
    let seen = anonymous.get(&path).await.expect(200);
    assert_eq!((&seen[0]["user_id_1"], &seen[0]["user_1_name"]), (&hidden.user["id"], &json!(null)));
    assert_eq!((&seen[0]["user_1_roles"], &seen[0]["user_2_name"]), (&json!([]), &tutor.user["name"]));
    assert_eq!(tutor.get(&path).await.expect(200)[0]["user_1_name"], "Mekdes");
}

#[actix_web::test]
async fn a_child_without_a_login_exists_for_its_guardians_only() {
    let (app, anonymous) = TestApp::start().await;
    let (parent, stranger) = (app.parent().await, app.tutor().await);
    let child = child_of(&app, &parent).await;
    let path = |id: &Value, rest: &str| format!("/api/v1/users/{id}/{rest}");
    let nobody = json!(999_999);
    for rest in ["connections", "connections/stats"] {
        for viewer in [&stranger, &anonymous] {
            let hidden = viewer.get(&path(&child.user["id"], rest)).await;
            let missing = viewer.get(&path(&nobody, rest)).await;
            assert_eq!((hidden.status, missing.status), (404, 404), "{rest}");
            assert_eq!(comparable(hidden), comparable(missing), "{rest}");
        }
        parent.get(&path(&child.user["id"], rest)).await.expect(200);
    }
    for verb in ["follow", "friend", "block"] {
        let hidden = stranger.put(&path(&child.user["id"], verb), json!({})).await;
        let missing = stranger.put(&path(&nobody, verb), json!({})).await;
        assert_eq!((hidden.status, missing.status), (404, 404), "{verb}");
        assert_eq!(comparable(hidden), comparable(missing), "{verb}");
        stranger.delete(&path(&child.user["id"], verb)).await.expect(404);
        stranger.post("/api/connections", connect(&child, verb)).await.expect(404);
    }
    let ids = json!({ "target_user_ids": [child.user["id"], nobody] });
    let checked = stranger.post("/api/connections/check-batch", ids).await.expect(200);
    let by_user = &checked["connections"];
    assert_eq!(by_user[child.user["id"].to_string()], by_user["999999"]);

    let follow = parent.put(&path(&child.user["id"], "follow"), json!({})).await.expect(200);
    assert_eq!(
        (&follow["follow_status"], &follow["connections"][0]["user_2_name"]),
        (&json!("pending"), &json!("Liya"))
    );
    let refused = parent.put(&path(&child.user["id"], "block"), json!({})).await.expect(409);
    assert_eq!(refused["code"], "last_guardian");
}

#[actix_web::test]
async fn a_child_exists_for_a_tutor_while_a_request_is_pending_or_was_accepted() {
    let (app, _) = TestApp::start().await;
    let (parent, tutor) = (app.parent().await, app.tutor().await);
    let child = parent.post("/api/parent/children", json!({ "first_name": "Liya" })).await.expect(201);
    let path = format!("/api/users/{}/connections/stats", child["user_id"]);
    tutor.get(&path).await.expect(404);
    let for_child = json!({ "requested_to_id": child["id"] });
    let sent = parent.ask(&tutor, for_child.clone()).await.expect(200);
    tutor.get(&path).await.expect(200);
    let withdraw = format!("/api/session-requests/{}/withdraw", sent["request_id"]);
    parent.post(&withdraw, json!({})).await.expect(200);
    tutor.get(&path).await.expect(404);
    let sent = parent.ask(&tutor, for_child.clone()).await.expect(200);
    tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(200);
    tutor.get(&path).await.expect(404);
    let sent = parent.ask(&tutor, for_child).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    tutor.get(&path).await.expect(200);
}

#[actix_web::test]
async fn a_block_ends_the_guardianship() {
    let (app, _) = TestApp::start().await;
    let (parent, student) = (app.parent().await, app.student().await);
    parent.post("/api/parent/children", json!({ "email": student.user["email"] })).await.expect(201);
    let guardians = student.get("/api/student/guardians").await.expect(200);
    let id = guardians["guardians"][0]["id"].clone();
    student.put(&format!("/api/student/guardians/{id}"), json!({ "status": "accepted" })).await.expect(200);
    student.put(&format!("/api/users/{}/block", parent.user["id"]), json!({})).await.expect(200);
    assert_eq!(parent.get("/api/parent/children").await.expect(200)["total"], 0);
    let guardians = student.get("/api/student/guardians").await.expect(200);
    assert_eq!(guardians["guardians"][0]["status"], "ended");
}

#[actix_web::test]
async fn public_counts_leave_out_users_with_whom_the_viewer_has_a_block() {
    let (app, anonymous) = TestApp::start().await;
    let (owner, viewer) = (app.tutor().await, app.student().await);
    for blocks in ["none", "viewer", "follower"] {
        let follower = app.student().await;
        follower.post("/api/connections", connect(&owner, "follow")).await.expect(201);
        match blocks {
            "viewer" => drop(viewer.post("/api/connections", connect(&follower, "block")).await.expect(201)),
            "follower" => drop(follower.post("/api/connections", connect(&viewer, "block")).await.expect(201)),
            _ => {}
        }
    }
    let path = format!("/api/users/{}/connections", owner.user["id"]);
    for (seen_by, count) in [(&anonymous, 3), (&owner, 3), (&viewer, 1)] {
        let stats = seen_by.get(&format!("{path}/stats")).await.expect(200);
        assert_eq!((&stats["followers_count"], &stats["total_connections"]), (&json!(count), &json!(count)));
        assert_eq!(list(&seen_by.get(&path).await.expect(200)).len(), count);
    }
}

#[actix_web::test]
async fn a_search_for_the_word_all_is_a_search() {
    let (app, _) = TestApp::start().await;
    let viewer = app.student().await;
    for first_name in ["Allan", "Mekdes"] {
        let other = app.register(json!({ "role": "student", "first_name": first_name })).await;
        viewer.post("/api/connections", connect(&other, "follow")).await.expect(201);
    }
    let found = viewer.get("/api/connections?search=all").await.expect(200);
    assert_eq!((list(&found).len(), &found[0]["user_2_name"]), (1, &json!("Allan")));
    let all = viewer.get("/api/connections?status=all&connection_type=all&direction=all&search=").await.expect(200);
    assert_eq!(list(&all).len(), 2);
}
