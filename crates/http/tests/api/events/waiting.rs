use std::pin::pin;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::{Either, select};
use futures_util::join;
use serde_json::json;

use super::live::{LIMIT, Live};
use super::{Pair, end_tokens_soon, latest};
use crate::support::{TestApp, expect_problem};

#[actix_web::test]
async fn who_waits_is_answered_as_soon_as_another_user_writes() {
    let (app, _) = TestApp::start().await;
    let _live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let path = format!("/api/v1/events?after={}&wait=60", latest(&pair.student).await);
    let started = Instant::now();
    let writing = async {
        app.services.hub.occupied().await;
        pair.write("Hello").await
    };
    let (answer, sent) = join!(pair.student.get(&path), writing);
    let page = answer.expect(200);
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
    assert_eq!(page["events"][0]["data"]["message_id"], sent["id"]);
    assert_eq!(page["cursor"], page["events"][0]["cursor"]);
    assert!(started.elapsed() < LIMIT);
    assert!(app.services.hub.is_empty());
}

#[actix_web::test]
async fn without_a_position_the_next_event_is_waited_for() {
    let (app, _) = TestApp::start().await;
    let _live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let start = latest(&pair.student).await;
    let writing = async {
        loop {
            pair.write("Hello").await;
        }
    };
    let Either::Left((answer, _)) = select(pin!(pair.student.get("/api/v1/events?wait=60")), pin!(writing)).await;
    let page = answer.expect(200);
    assert_eq!(page["events"][0]["data"]["message"]["content"], "Hello");
    assert!(page["events"][0]["cursor"].as_i64() > start.as_i64());
}

#[actix_web::test]
async fn what_is_in_the_log_is_not_waited_for() {
    let (app, _) = TestApp::start().await;
    let pair = Pair::meet(&app).await;
    let cursor = latest(&pair.student).await;
    let started = Instant::now();
    pair.write("One").await;
    pair.write("Two").await;
    let page = pair.student.get(&format!("/api/v1/events?after={cursor}&wait=60&limit=1")).await.expect(200);
    assert_eq!(page["events"][0]["data"]["message"]["content"], "One");
    assert_eq!((page["events"].as_array().unwrap().len(), &page["cursor"]), (1, &page["events"][0]["cursor"]));
    assert!(started.elapsed() < LIMIT);
}

#[actix_web::test]
async fn who_waits_in_vain_is_answered_without_events() {
    let (app, _) = TestApp::start().await;
    let _live = Live::start(&app);
    let pair = Pair::meet(&app).await;
    let cursor = latest(&pair.student).await;
    let empty = json!({ "events": [], "cursor": cursor });
    for query in [format!("?after={cursor}&wait=1"), "?wait=1".to_owned()] {
        let started = Instant::now();
        assert_eq!(pair.student.get(&format!("/api/v1/events{query}")).await.expect(200), empty);
        assert!((Duration::from_secs(1)..LIMIT).contains(&started.elapsed()));
    }
}

#[actix_web::test]
async fn nobody_waits_beyond_the_end_of_the_token() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    end_tokens_soon(&app);
    let started = Instant::now();
    let page = student.get("/api/v1/events?wait=60").await.expect(200);
    assert_eq!(page, json!({ "events": [], "cursor": 0 }));
    assert!(started.elapsed() < LIMIT);
    app.clock.advance(TimeDelta::seconds(1));
    expect_problem(student.get("/api/v1/events?wait=60").await, 401, "invalid_token");
}

#[actix_web::test]
async fn a_logout_ends_the_waiting_of_its_device() {
    let (app, _) = TestApp::start().await;
    let _live = Live::start(&app);
    let student = app.student().await;
    let logging_out = async {
        app.services.hub.occupied().await;
        student.post("/api/v1/auth/logout", json!({})).await.expect(200)
    };
    let (answer, _) = join!(student.get("/api/v1/events?after=0&wait=60"), logging_out);
    expect_problem(answer, 401, "invalid_token");
}

#[actix_web::test]
async fn a_server_that_stops_answers_those_who_wait() {
    let (app, _) = TestApp::start().await;
    let student = app.student().await;
    let stopping = async {
        app.services.hub.occupied().await;
        app.services.hub.shut_down();
    };
    let (answer, ()) = join!(student.get("/api/v1/events?after=0&wait=60"), stopping);
    assert_eq!(answer.expect(200), json!({ "events": [], "cursor": 0 }));
}
