use serde_json::json;

use crate::support::{TestApp, fields, weekly};

#[actix_web::test]
async fn a_request_opens_a_conversation_that_follows_it() {
    let (app, _) = TestApp::start().await;
    let (tutor, student, stranger) = (app.tutor().await, app.student().await, app.student().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    let list = tutor.get("/api/chat/conversations").await.expect(200);
    let conversation = &list["conversations"][0];
    assert_eq!((list["total"].clone(), conversation["unread_count"].clone()), (json!(1), json!(1)));
    assert_eq!(conversation["display_name"], student.user["name"]);
    assert_eq!(conversation["last_message_type"], "session_request");

    let path = format!("/api/chat/messages/{}", sent["conversation_id"]);
    let messages = tutor.get(&path).await.expect(200);
    let card = &messages["messages"][0]["media_metadata"];
    assert_eq!(
        (card["session_request_id"].clone(), card["status"].clone()),
        (sent["request_id"].clone(), json!("pending"))
    );
    assert_eq!(card["days"], json!(["Monday", "Wednesday"]));
    tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(200);
    let messages = tutor.get(&path).await.expect(200)["messages"].clone();
    assert_eq!(messages[0]["content"], "Session request rejected");
    assert_eq!((messages[0]["is_mine"].clone(), messages[1]["is_mine"].clone()), (json!(true), json!(false)));
    assert_eq!(messages[1]["media_metadata"]["status"], "rejected");

    let one = format!("/api/chat/conversations/{}", sent["conversation_id"]);
    assert_eq!(student.get(&one).await.expect(200)["conversation"]["participants"].as_array().unwrap().len(), 2);
    let refused = stranger.get(&one).await.expect(403);
    assert_eq!(refused["detail"], "You are not a participant in this conversation");
    stranger.get(&path).await.expect(403);
    stranger.get("/api/chat/messages/999").await.expect(404);
    assert_eq!(stranger.get("/api/chat/conversations").await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn whose_data_it_is_comes_from_the_token_only() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    let own = student.user["id"].clone();
    for path in ["/api/chat/conversations".to_owned(), format!("/api/chat/messages/{}", sent["conversation_id"])] {
        student.get(&format!("{path}?user_id={own}&limit=100")).await.expect(200);
        assert_eq!(tutor.get(&format!("{path}?user_id={own}")).await.expect(403)["code"], "not_yourself");
    }
    assert_eq!(fields(&student.get("/api/chat/conversations?offset=-1").await.expect(422)), ["offset"]);
}
