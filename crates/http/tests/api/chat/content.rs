//! Contents of messages, and their limits.

use actix_web::test::TestRequest;
use serde_json::json;

use super::{direct, messages, send};
use crate::support::{TestApp, expect_problem, fields};

/// A character of four bytes in UTF-8 and of two code units in UTF-16.
const EMOJI: &str = "\u{1F600}";

#[actix_web::test]
async fn a_text_of_10_000_characters_is_kept_exactly() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let longest = EMOJI.repeat(10_000);
    for content in [longest.as_str(), " ሰላም \u{1F469}\u{200D}\u{1F3EB}\r\n\u{202E}\te\u{301} "] {
        assert_eq!(send(&student, &id, content).await.expect(200)["message"]["content"], content);
        assert_eq!(messages(&tutor, &id).await[0]["content"], content);
    }
    let problem = send(&student, &id, &EMOJI.repeat(10_001)).await.expect(422);
    assert_eq!((fields(&problem), &problem["errors"][0]["code"]), (vec!["content"], &json!("too_long")));
}

#[actix_web::test]
async fn clients_may_escape_every_character() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let json = |request: TestRequest, body: String| {
        student.send(request.insert_header(("Content-Type", "application/json")).set_payload(body))
    };
    let escaped = |count: usize| r"\ud83d\ude00".repeat(count);
    let body = format!(r#"{{"conversation_id":{id},"content":"{}"}}"#, escaped(10_000));
    let sent = json(TestRequest::post().uri("/api/chat/messages"), body).await.expect(200);
    assert_eq!(sent["message"]["content"], EMOJI.repeat(10_000));
    let path = format!("/api/chat/messages/{}", sent["id"]);
    let body = format!(r#"{{"content":"{}"}}"#, escaped(9_999));
    let edited = json(TestRequest::put().uri(&path), body).await.expect(200);
    assert_eq!(edited["message"]["content"], EMOJI.repeat(9_999));
    let half = format!(r#"{{"conversation_id":{id},"content":"\ud83d"}}"#);
    let problem = json(TestRequest::post().uri("/api/chat/messages"), half).await.expect(422);
    assert_eq!(problem["detail"], "content must be valid Unicode");
    for request in [TestRequest::post().uri("/api/chat/messages"), TestRequest::put().uri(&path)] {
        let problem = expect_problem(json(request, " ".repeat(128 * 1024 + 1)).await, 413, "payload_too_large");
        assert_eq!(problem["detail"], "The request body is larger than 128 KiB");
    }
    let settings = json(TestRequest::put().uri("/api/chat/settings"), " ".repeat(64 * 1024 + 1)).await;
    let problem = expect_problem(settings, 413, "payload_too_large");
    assert_eq!(problem["detail"], "The request body is larger than 64 KiB");
}

#[actix_web::test]
async fn media_come_with_an_object_that_only_clients_interpret() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let url = "https://example.com/a.png";
    let metadata = json!({ "width": 640, "blur": ["LKO2", 0.125, null], "nested": { "ok": true } });
    let image = json!({
        "conversation_id": id, "message_type": "image", "media_url": url, "media_metadata": metadata,
    });
    let sent = student.post("/api/chat/messages", image).await.expect(200);
    assert_eq!((&sent["message"]["media_metadata"], &sent["message"]["content"]), (&metadata, &json!(null)));
    let place = json!({
        "conversation_id": id, "message_type": "location", "media_metadata": { "lat": 9.032_018, "lng": 38.746_887 },
    });
    student.post("/api/chat/messages", place.clone()).await.expect(200);
    let seen = messages(&tutor, &id).await;
    assert_eq!((&seen[0]["media_metadata"], &seen[1]["media_metadata"]), (&place["media_metadata"], &metadata));
    assert_eq!(seen[1]["media_url"], url);
}

#[actix_web::test]
async fn all_invalid_fields_of_a_message_are_reported() {
    let (app, _) = TestApp::start().await;
    let (student, tutor) = (app.student().await, app.tutor().await);
    let id = direct(&student, &tutor).await;
    let large = json!({ "text": "x".repeat(8 * 1024) });
    for (body, invalid) in [
        (json!({}), vec!["conversation_id", "content"]),
        (json!({ "conversation_id": id, "content": "a\u{0}b" }), vec!["content"]),
        (json!({ "conversation_id": id, "content": " \n" }), vec!["content"]),
        (json!({ "conversation_id": id, "content": 5, "reply_to_id": 0 }), vec!["content", "reply_to_id"]),
        (json!({ "conversation_id": id, "content": "x", "message_type": "sticker" }), vec!["message_type"]),
        (json!({ "conversation_id": id, "content": "x", "message_type": "system" }), vec!["message_type"]),
        (json!({ "conversation_id": id, "content": "x", "message_type": "session_request" }), vec!["message_type"]),
        (json!({ "conversation_id": id, "content": "x", "message_type": "image" }), vec!["media_url"]),
        (json!({ "conversation_id": id, "message_type": "location" }), vec!["media_metadata"]),
        (
            json!({ "conversation_id": id, "message_type": "file", "media_url": "javascript:alert(1)" }),
            vec!["media_url"],
        ),
        (
            json!({ "conversation_id": id, "content": "x", "media_metadata": [], "client_message_id": "a b" }),
            vec!["media_metadata", "client_message_id"],
        ),
        (json!({ "conversation_id": id, "content": "x", "media_metadata": large }), vec!["media_metadata"]),
    ] {
        let problem = student.post("/api/chat/messages", body.clone()).await.expect(422);
        assert_eq!(fields(&problem), invalid, "{body}");
    }
    assert_eq!(messages(&tutor, &id).await.len(), 0);
}
