use serde_json::json;

use super::{direct, found, open, send, write};
use crate::support::{TestApp, expect_problem, fields};

#[actix_web::test]
async fn settings_are_open_at_first_and_change_one_by_one() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    let defaults = json!({ "settings": {
        "who_can_message": "everyone", "read_receipts": true, "typing_indicators": true, "online_status": true,
    } });
    assert_eq!(student.get("/api/chat/settings").await.expect(200), defaults);
    assert_eq!(student.put("/api/chat/settings", json!({})).await.expect(200), defaults);
    student.put("/api/chat/settings", json!({ "who_can_message": "connections" })).await.expect(200);
    let changed = student.put("/api/chat/settings", json!({ "typing_indicators": false })).await.expect(200);
    let expected = json!({ "settings": {
        "who_can_message": "connections", "read_receipts": true, "typing_indicators": false, "online_status": true,
    } });
    assert_eq!(changed, expected);
    let wrong = json!({ "who_can_message": "friends", "read_receipts": null, "online_status": "no" });
    let problem = student.put("/api/chat/settings", wrong).await.expect(422);
    assert_eq!(fields(&problem), ["online_status", "who_can_message", "read_receipts"]);
    assert_eq!(student.get("/api/chat/settings").await.expect(200), expected);
    assert_eq!(app.tutor().await.get("/api/chat/settings").await.expect(200), defaults);
}

#[actix_web::test]
async fn a_user_who_accepts_no_messages_hears_only_from_those_they_wrote_to() {
    let (app, _) = TestApp::start().await;
    let (tutor, student, newcomer) = (app.tutor().await, app.student().await, app.student().await);
    let known = direct(&tutor, &student).await;
    write(&tutor, &known, "Good morning").await;
    let unanswered = direct(&newcomer, &tutor).await;
    tutor.put("/api/chat/settings", json!({ "who_can_message": "none" })).await.expect(200);
    write(&student, &known, "Hello").await;
    let refused = expect_problem(send(&newcomer, &unanswered, "Hello").await, 403, "messages_not_accepted");
    assert_eq!(refused["detail"], "This user does not accept messages from you");
    let stranger = app.student().await;
    expect_problem(open(&stranger, &tutor).await, 403, "messages_not_accepted");
    let problem = found(&stranger, "Chess", &[&newcomer, &tutor]).await.expect(422);
    assert_eq!(fields(&problem), ["participant_user_ids.1"]);
    write(&tutor, &unanswered, "Go on").await;
    write(&newcomer, &unanswered, "Thank you").await;
}

#[actix_web::test]
async fn connections_may_write_to_a_user_who_accepts_messages_of_connections() {
    let (app, _) = TestApp::start().await;
    let (tutor, friend, followed, follower) =
        (app.tutor().await, app.student().await, app.student().await, app.student().await);
    tutor.put("/api/chat/settings", json!({ "who_can_message": "connections" })).await.expect(200);
    friend.put(&format!("/api/users/{}/friend", tutor.user["id"]), json!({})).await.expect(200);
    expect_problem(open(&friend, &tutor).await, 403, "messages_not_accepted");
    tutor.put(&format!("/api/users/{}/friend", friend.user["id"]), json!({})).await.expect(200);
    tutor.put(&format!("/api/users/{}/follow", followed.user["id"]), json!({})).await.expect(200);
    follower.put(&format!("/api/users/{}/follow", tutor.user["id"]), json!({})).await.expect(200);
    write(&friend, &direct(&friend, &tutor).await, "Hello").await;
    write(&followed, &direct(&followed, &tutor).await, "Hello").await;
    expect_problem(open(&follower, &tutor).await, 403, "messages_not_accepted");
}
