use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, fields};

pub(crate) fn connect(other: &Actor, kind: &str) -> Value {
    json!({ "target_user_id": other.user["id"], "connection_type": kind })
}

#[actix_web::test]
async fn a_follow_of_a_public_account_is_accepted_immediately() {
    let (app, anonymous) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let body = json!({ "target_user_id": tutor.user["id"], "connection_message": "Hello" });
    let follow = student.post("/api/connections", body).await.expect(201);
    assert_eq!((follow["connection_type"].clone(), follow["status"].clone()), (json!("follow"), json!("accepted")));
    assert_eq!(
        (follow["user_1_name"].clone(), follow["user_2_roles"].clone()),
        (student.user["name"].clone(), json!(["tutor"]))
    );
    assert!(!follow.to_string().contains('@'));
    let again = student.post("/api/connections", connect(&tutor, "follow")).await.expect(409);
    assert_eq!(again["detail"], "Connection already exists with status: accepted");
    let stats = tutor.get("/api/connections/stats").await.expect(200);
    assert_eq!((stats["followers_count"].clone(), stats["total_connections"].clone()), (json!(1), json!(1)));
    let public = format!("/api/users/{}/connections", tutor.user["id"]);
    assert_eq!(anonymous.get(&public).await.expect(200).as_array().unwrap().len(), 1);
    assert_eq!(anonymous.get(&format!("{public}?status=pending")).await.expect(200), json!([]));
    assert_eq!(anonymous.get(&format!("{public}/stats")).await.expect(200)["followers_count"], 1);
    let checked = student.post("/api/connections/check", connect(&tutor, "")).await.expect(200);
    assert_eq!((checked["is_connected"].clone(), checked["direction"].clone()), (json!(true), json!("outgoing")));
    student.delete(&format!("/api/connections/{}", follow["id"])).await.expect(204);
    let checked = student.post("/api/connections/check", connect(&tutor, "")).await.expect(200);
    assert_eq!(
        checked,
        json!({ "is_connected": false, "connection_type": null, "status": null, "direction": null,
                "connection_id": null, "created_at": null, "connections": [] })
    );
}

#[actix_web::test]
async fn a_friendship_waits_for_its_recipient() {
    let (app, _) = TestApp::start().await;
    let (initiator, recipient, stranger) = (app.student().await, app.student().await, app.student().await);
    let ask = initiator.post("/api/connections", connect(&recipient, "friend")).await.expect(201);
    let path = format!("/api/connections/{}", ask["id"]);
    assert_eq!(ask["status"], "pending");
    assert_eq!(
        recipient.get("/api/connections?status=pending&direction=incoming").await.expect(200).as_array().unwrap().len(),
        1
    );
    let accept = json!({ "status": "accepted" });
    let own = initiator.put(&path, accept.clone()).await.expect(403);
    assert_eq!(own["detail"], "Only the recipient can accept or reject connection requests");
    stranger.put(&path, accept.clone()).await.expect(403);
    assert_eq!(stranger.get(&path).await.expect(403)["detail"], "Not authorized to view this connection");
    assert_eq!(recipient.put(&path, accept.clone()).await.expect(200)["status"], "accepted");
    let late = recipient.put(&path, json!({ "status": "rejected" })).await.expect(409);
    assert_eq!(late["current_status"], "accepted");
    assert_eq!(initiator.get("/api/connections/stats").await.expect(200)["friends_count"], 1);
    initiator.get("/api/connections/999").await.expect(404);
    stranger.delete(&path).await.expect(403);
    initiator.delete(&path).await.expect(204);
}

#[actix_web::test]
async fn a_rejection_is_hidden_from_the_initiator() {
    let (app, _) = TestApp::start().await;
    let (initiator, recipient) = (app.student().await, app.student().await);
    let ask = initiator.post("/api/connections", connect(&recipient, "friend")).await.expect(201);
    let path = format!("/api/connections/{}", ask["id"]);
    recipient.put(&path, json!({ "status": "rejected" })).await.expect(200);
    initiator.get(&path).await.expect(404);
    assert_eq!(initiator.get("/api/connections?status=all").await.expect(200), json!([]));
    let again = initiator.post("/api/connections", connect(&recipient, "friend")).await;
    assert_eq!(again.header("retry-after"), Some("604800"));
    let refused = again.expect(429);
    assert_eq!((&refused["code"], &refused["retry_after"]), (&json!("connection_cooldown"), &json!(604_800)));
    assert_eq!(refused["detail"], "You can send another request on February 6, 2026");
    let back = recipient.post("/api/connections", connect(&initiator, "friend")).await.expect(201);
    assert_eq!((back["user_id_1"].clone(), back["status"].clone()), (recipient.user["id"].clone(), json!("pending")));
}

#[actix_web::test]
async fn a_rejected_initiator_can_request_again_after_seven_days() {
    let (app, _) = TestApp::start().await;
    let (initiator, recipient) = (app.student().await, app.student().await);
    let ask = initiator.post("/api/connections", connect(&recipient, "friend")).await.expect(201);
    recipient.put(&format!("/api/connections/{}", ask["id"]), json!({ "status": "rejected" })).await.expect(200);
    app.clock.advance(TimeDelta::days(7) - TimeDelta::milliseconds(1_500));
    let initiator = initiator.log_in().await;
    let early = initiator.post("/api/connections", connect(&recipient, "friend")).await;
    assert_eq!(early.header("retry-after"), Some("2"), "a client that waits as told is not refused again");
    early.expect(429);
    app.clock.advance(TimeDelta::milliseconds(1_500));
    assert_eq!(
        initiator.post("/api/connections", connect(&recipient, "friend")).await.expect(201)["status"],
        "pending"
    );
}

#[actix_web::test]
async fn verbs_can_be_repeated() {
    let (app, _) = TestApp::start().await;
    let (one, other) = (app.student().await, app.student().await);
    let path = |verb: &str, who: &Actor| format!("/api/v1/users/{}/{verb}", who.user["id"]);
    for _ in 0..2 {
        let relation = one.put(&path("follow", &other), json!({})).await.expect(200);
        assert_eq!((relation["is_following"].clone(), relation["is_friend"].clone()), (json!(true), json!(false)));
        assert_eq!(one.put(&path("friend", &other), json!({})).await.expect(200)["friend_status"], "pending");
    }
    assert_eq!(other.put(&path("friend", &one), json!({})).await.expect(200)["is_friend"], true);
    let batch = json!({ "target_user_ids": [other.user["id"], 999] });
    let checked = one.post("/api/connections/check-batch", batch).await.expect(200);
    assert_eq!(checked["connections"][other.user["id"].to_string()]["connection_type"], "friend");
    assert_eq!(checked["connections"]["999"]["is_connected"], false);
    for _ in 0..2 {
        assert_eq!(one.delete(&path("follow", &other)).await.expect(200)["is_following"], false);
        assert_eq!(one.put(&path("block", &other), json!({})).await.expect(200)["is_blocked"], true);
    }
    assert_eq!(one.get("/api/connections/stats").await.expect(200)["blocked_count"], 1);
    for _ in 0..2 {
        let relation = one.delete(&path("block", &other)).await.expect(200);
        assert_eq!((relation["is_blocked"].clone(), relation["connections"].clone()), (json!(false), json!([])));
    }
}

#[actix_web::test]
async fn invalid_connections_are_rejected_with_reasons() {
    let (app, _) = TestApp::start().await;
    let one = app.student().await;
    assert_eq!(
        one.post("/api/connections", connect(&one, "follow")).await.expect(400)["detail"],
        "Cannot connect with yourself"
    );
    let nobody = one.post("/api/connections", json!({ "target_user_id": 999 })).await.expect(404);
    assert_eq!(nobody["detail"], "Target user not found");
    let wrong =
        one.post("/api/connections", json!({ "connection_type": "marry", "connection_message": 5 })).await.expect(422);
    assert_eq!(fields(&wrong), ["connection_message", "target_user_id", "connection_type"]);
    let wrong = one.get("/api/connections?connection_type=x&status=y&direction=z&limit=0").await.expect(422);
    assert_eq!(fields(&wrong), ["connection_type", "status", "direction", "limit"]);
    let wrong = one.post("/api/connections/check-batch", json!({ "target_user_ids": [] })).await.expect(422);
    assert_eq!(fields(&wrong), ["target_user_ids"]);
}

/// The body of a problem without what differs between any two requests.
pub(crate) fn comparable(answer: Answer) -> Value {
    let mut body = answer.body;
    let members = body.as_object_mut().unwrap();
    assert!(members.remove("request_id").is_some() && members.remove("instance").is_some());
    body
}

/// Every operation that addresses another user.
pub(crate) fn towards(document: &Value, other: &Actor) -> Vec<(TestRequest, String)> {
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let body = match path.as_str() {
                "/api/v1/connections" if method == "post" => connect(other, "follow"),
                "/api/v1/session-requests" if method == "post" => json!({ "tutor_id": other.profile("tutor") }),
                path if path.contains("/users/{") || path.contains("/tutor/{tutor") || path.contains("/tutors/{") => {
                    json!({})
                }
                _ => continue,
            };
            let id = if path.contains("users") { other.user["id"].clone() } else { json!(other.profile("tutor")) };
            let path = path.split('/').map(|part| if part.starts_with('{') { id.to_string() } else { part.to_owned() });
            let path = path.collect::<Vec<_>>().join("/");
            let request = TestRequest::default().method(method.to_uppercase().parse().unwrap()).uri(&path);
            let request = if method == "get" || method == "delete" { request } else { request.set_json(body) };
            calls.push((request, format!("{method} {path}")));
        }
    }
    calls
}

#[actix_web::test]
async fn a_block_closes_every_path_on_both_sides_and_looks_like_a_missing_user() {
    let (app, _) = TestApp::start().await;
    let both = || app.register(json!({ "roles": ["student", "tutor"] }));
    let (blocker, blocked) = (both().await, both().await);
    blocker.put(&format!("/api/users/{}/block", blocked.user["id"]), json!({})).await.expect(200);
    let document = astegni_http::openapi::document();
    let nobody = {
        let mut nobody = blocker.clone();
        nobody.user = json!({ "id": 999_999, "role_ids": { "tutor": 999_999 } });
        nobody
    };
    let towards_nobody = towards(&document, &nobody);
    let calls = towards(&document, &blocker);
    assert_eq!(calls.len(), 15);
    for ((call, what), (to_nobody, _)) in calls.into_iter().zip(towards_nobody) {
        let closed = blocked.send(call).await;
        let absent = blocked.send(to_nobody).await;
        assert_eq!((closed.status, absent.status), (404, 404), "{what}: {:#}", closed.body);
        assert_eq!(comparable(closed), comparable(absent), "{what}");
    }
    for (call, what) in towards(&document, &blocked) {
        let answer = blocker.send(call).await;
        let own_block = what.contains("/block") || what.starts_with("delete");
        let expected: &[u16] = if own_block { &[200] } else { &[403] };
        assert!(expected.contains(&answer.status), "{what}: {:#}", answer.body);
        if !own_block {
            assert_eq!(answer.body["code"], "blocked_by_you", "{what}");
        }
    }
    let found = |answer: Value| answer["tutors"].as_array().unwrap().len();
    assert_eq!(found(blocked.get("/api/tutors").await.expect(200)), 1, "only themselves");
    assert_eq!(found(blocker.get("/api/tutors").await.expect(200)), 1, "only themselves");
    let checked = blocked.post("/api/connections/check", connect(&blocker, "")).await.expect(200);
    assert_eq!((checked["is_connected"].clone(), checked["connections"].clone()), (json!(false), json!([])));
    assert_eq!(blocked.get("/api/connections").await.expect(200), json!([]));
    assert_eq!(blocked.get("/api/connections/stats").await.expect(200)["blocked_count"], 0);
    let row = blocker.get("/api/connections?connection_type=block").await.expect(200)[0]["id"].clone();
    let path = format!("/api/connections/{row}");
    blocked.get(&path).await.expect(403);
    blocked.delete(&path).await.expect(403);
    blocked.put(&path, json!({ "status": "accepted" })).await.expect(403);
    blocker.delete(&path).await.expect(204);
}

#[actix_web::test]
async fn booked_sessions_remain_after_a_block() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, crate::support::dates(&[5], "10:00", "11:00")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    student.put(&format!("/api/users/{}/block", tutor.user["id"]), json!({})).await.expect(200);
    assert_eq!(student.get("/api/sessions").await.expect(200).as_array().unwrap().len(), 1);
    assert_eq!(tutor.get("/api/sessions").await.expect(200).as_array().unwrap().len(), 1);
}
