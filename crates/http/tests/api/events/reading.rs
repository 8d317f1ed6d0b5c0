use serde_json::{Value, json};

use super::{Pair, after, latest, prune};
use crate::chat::write;
use crate::support::{TestApp, expect_problem, fields};

#[actix_web::test]
async fn without_a_position_reading_starts_now() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    pair.write("Before").await;
    let start = pair.student.get("/api/v1/events").await.expect(200);
    let cursor = &start["cursor"];
    assert_eq!(start, json!({ "events": [], "cursor": cursor }));
    assert!(cursor.as_i64().unwrap() > 0);
    let path = format!("/api/v1/events?after={cursor}");
    assert_eq!(pair.student.get(&path).await.expect(200), start);
    let sent = pair.write("After").await;
    let page = pair.student.get(&path).await.expect(200);
    let event = &page["events"][0];
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
    assert_eq!((&event["type"], &event["data"]["message_id"]), (&json!("message.sent"), &sent["id"]));
    assert_eq!(event["cursor"], cursor.as_i64().unwrap() + 1);
    assert_eq!(page["cursor"], event["cursor"]);
    assert_eq!(latest(&app.student().await).await, 0, "a new user has an empty log");
}

#[actix_web::test]
async fn events_are_in_order_with_the_messages_as_their_reader_sees_them() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let start = latest(&pair.student).await.as_i64().unwrap();
    let question = write(&pair.student, &pair.conversation, "Monday?").await;
    pair.write("Yes").await;
    pair.student.delete(&format!("/api/v1/chat/messages/{}", question["id"])).await.expect(200);
    for (reader, is_student) in [(&pair.student, true), (&pair.tutor, false)] {
        let from = latest(reader).await.as_i64().unwrap() - 3;
        let events = after(reader, &json!(from)).await;
        let row = |event: &Value| {
            let message = &event["data"]["message"];
            (event["type"].clone(), message["is_mine"].clone(), message["content"].clone())
        };
        let expected = [
            (json!("message.sent"), json!(is_student), Value::Null),
            (json!("message.sent"), json!(!is_student), json!("Yes")),
            (json!("message.deleted"), json!(is_student), Value::Null),
        ];
        assert_eq!(events.iter().map(row).collect::<Vec<_>>(), expected, "a deletion erases what was sent");
        let cursors: Vec<_> = events.iter().map(|event| event["cursor"].as_i64().unwrap()).collect();
        assert_eq!(cursors, [from + 1, from + 2, from + 3]);
        assert!(events.iter().all(|event| event["data"]["conversation_id"] == pair.conversation));
        assert_eq!(events[0]["created_at"], "2026-01-30T05:00:00Z");
    }
    assert_eq!(latest(&pair.student).await, start + 3);
}

#[actix_web::test]
async fn a_long_log_is_read_in_pages() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    for number in 0..25 {
        pair.write(&number.to_string()).await;
    }
    let last = latest(&pair.student).await.as_i64().unwrap();
    let (mut cursor, mut seen) = (json!(0), Vec::new());
    loop {
        let page = pair.student.get(&format!("/api/v1/events?after={cursor}&limit=10")).await.expect(200);
        cursor = page["cursor"].clone();
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= 10);
        if events.is_empty() {
            break;
        }
        seen.extend(events.iter().map(|event| event["cursor"].as_i64().unwrap()));
    }
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
    assert_eq!(cursor, last);
    assert_eq!(after(&pair.student, &json!(0)).await.len(), 20);
    let old = pair.student.get("/api/events?after=0").await.expect(200);
    assert_eq!(old["events"].as_array().unwrap().len(), seen.len(), "the default of the old paths is 100");
}

#[actix_web::test]
async fn a_position_outside_the_log_has_expired() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let beyond = latest(&pair.student).await.as_i64().unwrap() + 1;
    for query in [format!("after={beyond}"), format!("after={beyond}&wait=60"), format!("after={}", i64::MAX)] {
        let answer = pair.student.get(&format!("/api/v1/events?{query}")).await;
        expect_problem(answer, 410, "cursor_expired");
    }
    let (student, forgotten) = prune(&app, &pair).await;
    for cursor in [0, forgotten.as_i64().unwrap() - 1] {
        let answer = student.get(&format!("/api/v1/events?after={cursor}")).await;
        expect_problem(answer, 410, "cursor_expired");
    }
    let kept = after(&student, &forgotten).await;
    assert_eq!((kept.len(), &kept[0]["data"]["message"]["content"]), (1, &json!("Kept")));
}

#[actix_web::test]
async fn wrong_parameters_are_named() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    for (query, wrong) in [
        ("after=-1", vec!["after"]),
        ("after=x&wait=1", vec!["after"]),
        ("wait=61", vec!["wait"]),
        ("wait=-1", vec!["wait"]),
        ("wait=", vec!["wait"]),
        ("limit=0", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("after=01&wait=1.5&limit=-1", vec!["after", "wait", "limit"]),
    ] {
        let answer = student.get(&format!("/api/v1/events?{query}")).await;
        assert_eq!(fields(&expect_problem(answer, 422, "validation_failed")), wrong, "{query}");
    }
    expect_problem(anonymous.get("/api/v1/events?after=0").await, 401, "not_authenticated");
}
