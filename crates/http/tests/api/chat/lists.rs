use serde_json::{Value, json};

use super::{direct, write};
use crate::support::{Actor, TestApp, fields, weekly};

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
async fn the_token_alone_identifies_the_user() {
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

#[actix_web::test]
async fn messages_are_paginated() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let mut sent = student.ask(&tutor, weekly()).await.expect(200);
    for _ in 0..2 {
        student.post(&format!("/api/session-requests/{}/withdraw", sent["request_id"]), json!({})).await.expect(200);
        sent = student.ask(&tutor, weekly()).await.expect(200);
    }
    let path = format!("/api/chat/messages/{}", sent["conversation_id"]);
    let places = |body: &Value| {
        let messages = body["messages"].as_array().unwrap();
        messages.iter().map(|message| message["seq"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let first = tutor.get(&format!("{path}?limit=2")).await;
    let next = first.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!((places(&first.body), &first.body["total"]), (vec![5, 4], &json!(5)));
    assert_eq!(places(&tutor.get(&next).await.expect(200)), [3, 2]);
    let before = format!("{path}?limit=2&before_message_id={}", first.body["messages"][1]["id"]);
    assert_eq!(places(&tutor.get(&before).await.expect(200)), [3, 2]);
    let all = tutor.get(&format!("{path}?limit=5000")).await.expect(200);
    assert_eq!((places(&all), &all["limit"]), (vec![5, 4, 3, 2, 1], &json!(100)));
    assert_eq!(tutor.get(&path).await.expect(200)["limit"], 100);
    assert_eq!(tutor.get(&path.replace("/api/", "/api/v1/")).await.expect(200)["limit"], 20);
    let rejected = tutor.get(&format!("{path}?limit=0&cursor=x&before_message_id=-1")).await.expect(422);
    assert_eq!(fields(&rejected), ["before_message_id", "cursor", "limit"]);
}

/// Follows the links from a page to the last one. Returns the texts of each page.
async fn pages(reader: &Actor, path: String) -> Vec<Vec<Value>> {
    let (mut path, mut pages) = (path, Vec::new());
    loop {
        let page = reader.get(&path).await;
        let next = page.header("link").and_then(|link| link.split(['<', '>']).nth(1)).map(str::to_owned);
        let body = page.expect(200);
        pages.push(super::each(body["messages"].as_array().unwrap(), "content"));
        let Some(next) = next else { return pages };
        path = next;
    }
}

#[actix_web::test]
async fn messages_are_read_in_both_directions_and_shown_newest_first() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let mut sent = Vec::new();
    for content in ["1", "2", "3", "4", "5"] {
        sent.push(write(&student, &id, content).await["id"].clone());
    }
    let path = format!("/api/chat/messages/{id}");
    let read = async |query: String| pages(&tutor, format!("{path}?limit=2{query}")).await;
    assert_eq!(read(String::new()).await, [vec!["5", "4"], vec!["3", "2"], vec!["1"]]);
    assert_eq!(read(format!("&before_message_id={}", sent[3])).await, [vec!["3", "2"], vec!["1"]]);
    assert_eq!(read(format!("&after={}", sent[0])).await, [vec!["3", "2"], vec!["5", "4"]]);
    assert_eq!(read(format!("&after={}", sent[1])).await, [vec!["4", "3"], vec!["5"]]);
    assert_eq!(read(format!("&after={}", sent[4])).await, [vec![""; 0]]);
    assert_eq!(tutor.get(&format!("{path}?after={}", sent[3])).await.expect(200)["total"], 5);
    let both = format!("{path}?after={}&before_message_id={}", sent[0], sent[4]);
    assert_eq!(fields(&tutor.get(&both).await.expect(422)), ["after"]);
    assert_eq!(fields(&tutor.get(&format!("{path}?after=x")).await.expect(422)), ["after"]);
}

#[actix_web::test]
async fn an_unchanged_conversation_is_not_sent_again() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, weekly()).await.expect(200);
    let path = format!("/api/chat/conversations/{}", sent["conversation_id"]);
    let tag = tutor.get(&path).await.header("etag").unwrap().to_owned();
    let known = || actix_web::test::TestRequest::get().uri(&path).insert_header(("If-None-Match", tag.clone()));
    tutor.send(known()).await.expect(304);
    tutor.answer(&sent, json!({ "status": "rejected" })).await.expect(200);
    tutor.send(known()).await.expect(200);
}
