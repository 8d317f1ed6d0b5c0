use actix_web::test::TestRequest;
use serde_json::json;

use super::live::Live;
use super::{Pair, after, end_tokens_soon, latest, prune};
use crate::support::{Actor, Answer, TestApp, expect_problem, fields};

/// The last event of a stream whose access token has expired.
const EXPIRED: &str = "event: close\ndata: {\"reason\":\"token_expired\"}\n\n";

/// Reads a stream to its end.
async fn read(reader: &Actor, query: &str, last_event_id: Option<&str>) -> Answer {
    let path = format!("/api/v1/events{query}");
    let request = TestRequest::get().uri(&path).insert_header(("Accept", "text/event-stream"));
    let request = request.insert_header(("Accept-Encoding", "gzip"));
    reader
        .send(last_event_id.into_iter().fold(request, |request, id| request.insert_header(("Last-Event-ID", id))))
        .await
}

#[actix_web::test]
async fn a_stream_tells_events_until_the_token_expires() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let cursor = latest(&pair.student).await;
    pair.write("Hello,\nPerson1").await;
    let event = after(&pair.student, &cursor).await[0].clone();
    end_tokens_soon(&app);
    let answer = read(&pair.student, &format!("?after={cursor}"), None).await;
    for (name, value) in
        [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]
    {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("content-encoding").is_none_or(|coding| coding == "identity"));
    let body = answer.expect(200);
    let body = body.as_str().unwrap();
    let start = format!("retry: 2000\n\nid: {}\nevent: message.sent\ndata: ", event["cursor"]);
    let data =
        body.strip_prefix(&start).and_then(|rest| rest.strip_suffix(EXPIRED)).unwrap_or_else(|| panic!("{body}"));
    let (json, end) = data.split_at(data.len() - 2);
    assert_eq!((serde_json::from_str::<serde_json::Value>(json).unwrap(), end), (event, "\n\n"));
}

#[actix_web::test]
async fn a_stream_continues_behind_the_last_event_id() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let cursor = latest(&pair.student).await.as_i64().unwrap();
    for content in ["One", "Two", "Three"] {
        pair.write(content).await;
    }
    end_tokens_soon(&app);
    let last = (cursor + 2).to_string();
    let query = format!("?after={cursor}");
    for (query, last_event_id, cursors) in [
        (query.as_str(), Some(last.as_str()), vec![cursor + 3]),
        ("", Some(last.as_str()), vec![cursor + 3]),
        (query.as_str(), Some(""), vec![cursor + 1, cursor + 2, cursor + 3]),
        ("", None, vec![]),
    ] {
        let body = read(&pair.student, query, last_event_id).await.expect(200);
        let ids = body.as_str().unwrap().lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok());
        assert_eq!(ids.collect::<Vec<i64>>(), cursors, "{query} {last_event_id:?}");
    }
}

#[actix_web::test]
async fn a_stream_needs_a_valid_position_and_a_token() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    for id in ["x", "-1", "1.5"] {
        let problem = expect_problem(read(&student, "", Some(id)).await, 422, "validation_failed");
        assert_eq!(fields(&problem), ["Last-Event-ID"], "{id}");
    }
    let problem = expect_problem(read(&student, "?after=x", Some("1")).await, 422, "validation_failed");
    assert_eq!(fields(&problem), ["after"]);
    expect_problem(read(&anonymous, "", None).await, 401, "not_authenticated");
}

#[actix_web::test]
async fn no_stream_begins_behind_an_expired_position() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let (student, _) = prune(&app, &pair).await;
    for position in ["0", "999"] {
        expect_problem(read(&student, "", Some(position)).await, 410, "cursor_expired");
    }
}

#[actix_web::test]
async fn a_stream_tells_at_once_what_another_user_writes() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let cursor = latest(&pair.student).await;
    pair.write("Missed").await;
    let mut from_now = live.stream(&pair.student, "");
    let mut resumed = live.stream(&pair.student, &format!("?after={cursor}"));
    assert_eq!(resumed.event()["data"]["message"]["content"], "Missed");
    for content in ["One", "Two"] {
        let sent = pair.write(content).await;
        for stream in [&mut from_now, &mut resumed] {
            assert_eq!(stream.event()["data"]["message_id"], sent["id"]);
        }
    }
    let events = after(&pair.student, &cursor).await;
    assert_eq!(events.len(), 3);
    let mut again = live.stream(&pair.student, &format!("?after={cursor}"));
    assert_eq!([(); 3].map(|()| again.event())[..], events);
}

#[actix_web::test]
async fn a_logout_and_a_stop_close_streams() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let (student, tutor) = (app.student().await, app.tutor().await);
    let (own, other) = (live.stream(&student, ""), live.stream(&tutor, ""));
    student.post("/api/v1/auth/logout", json!({})).await.expect(200);
    for (mut stream, reason) in [(own, "signed_out"), (other, "shutting_down")] {
        assert_eq!(stream.next().as_deref(), Some("event: close"));
        assert_eq!(stream.next().unwrap(), format!("data: {{\"reason\":\"{reason}\"}}"));
        assert_eq!(stream.next(), None);
        app.services.hub.shut_down();
    }
}

#[actix_web::test]
async fn a_user_has_at_most_ten_streams_and_waiting_requests() {
    let (app, _) = TestApp::start().await;
    let live = Live::start(&app);
    let (student, tutor) = (app.student().await, app.tutor().await);
    let _streams: Vec<_> = (0..10).map(|_| live.stream(&student, "")).collect();
    expect_problem(read(&student, "", None).await, 429, "too_many_streams");
    expect_problem(student.get("/api/v1/events?wait=60").await, 429, "too_many_streams");
    student.get("/api/v1/events?after=0").await.expect(200);
    live.stream(&tutor, "");
    live.follow(&student).await;
}
