use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

use super::{Course, feed, parse, text, values};
use crate::support::{Answer, TestApp, expect_problem};

#[actix_web::test]
async fn an_unchanged_feed_is_answered_with_304_and_the_same_headers() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let path = feed(&course.student, json!({})).await;
    let read = |method: Method, known: &str| {
        let request = TestRequest::default().method(method).uri(&path).insert_header(("Accept-Encoding", "gzip"));
        anonymous.send(request.insert_header(("If-None-Match", known)))
    };
    let shared = ["etag", "cache-control", "vary", "content-encoding"];
    let of = |answer: &Answer| shared.map(|name| answer.header(name).map(str::to_owned));
    let full = read(Method::GET, "\"x\"").await;
    assert_eq!(full.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(full.header("content-disposition"), Some("attachment; filename=\"astegni.ics\""));
    assert_eq!(full.header("cache-control"), Some("private, max-age=300"));
    let tag = full.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"'), "{tag} is strong");
    let head = read(Method::HEAD, "\"x\"").await;
    assert_eq!((head.status, of(&head), head.header("content-type")), (200, of(&full), full.header("content-type")));
    for known in [tag.as_str(), &format!("W/{tag}, \"y\""), "*"] {
        for method in [Method::GET, Method::HEAD] {
            let unchanged = read(method, known).await;
            assert_eq!((unchanged.status, of(&unchanged), &unchanged.body), (304, of(&full), &json!("")), "{known}");
            assert_eq!(unchanged.header("content-disposition"), None);
        }
    }
    course.tutor.patch(&course.sessions[0], json!({ "location": "Piassa" })).await.expect(200);
    let changed = read(Method::GET, &tag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

#[actix_web::test]
async fn a_session_is_a_calendar_for_those_who_may_see_it() {
    let (app, anonymous) = TestApp::start().await;
    let course = Course::booked(&app).await;
    let path = format!("{}.ics", course.sessions[0]);
    let answer = course.tutor.get(&path).await;
    let id = course.sessions[0].rsplit('/').next().unwrap();
    let name = format!("attachment; filename=\"session-{id}.ics\"");
    assert_eq!(answer.header("content-disposition"), Some(name.as_str()));
    assert_eq!(answer.header("content-type"), Some("text/calendar; charset=utf-8"));
    let rules = |answer: &Answer| ["cache-control", "vary"].map(|name| answer.header(name).unwrap().to_owned());
    let caching = rules(&answer);
    assert!(caching[0] == "private, no-cache" && caching[1].starts_with("Authorization"), "{caching:?}");
    let tag = answer.header("etag").unwrap().to_owned();
    let calendar = text(answer);
    assert_eq!(values(&calendar, "LOCATION"), [r"Bole\, Addis Ababa"]);
    assert_eq!(parse(&calendar).components.len(), 2);
    let known = TestRequest::get().uri(&path).insert_header(("If-None-Match", tag.as_str()));
    let unchanged = course.tutor.send(known).await;
    assert_eq!((unchanged.status, rules(&unchanged)), (304, caching));

    let feed = text(anonymous.get(&feed(&course.tutor, json!({})).await).await);
    let uid = values(&calendar, "UID");
    assert!(values(&feed, "UID").contains(&uid[0]), "an imported session and that of a feed are the same");
    let parent = app.parent().await;
    for stranger in [&app.tutor().await, &parent] {
        expect_problem(stranger.get(&path).await, 404, "not_found");
    }
    let invited = json!({ "email": course.student.user["email"] });
    parent.post("/api/parent/children", invited).await.expect(201);
    let guardians = course.student.get("/api/student/guardians").await.expect(200);
    let guardianship = format!("/api/student/guardians/{}", guardians["guardians"][0]["id"]);
    course.student.put(&guardianship, json!({ "status": "accepted" })).await.expect(200);
    assert!(text(parent.get(&path).await).contains("SUMMARY:Sara: Algebra"));
    expect_problem(anonymous.get(&path).await, 401, "not_authenticated");
    for id in ["x.ics", "0.ics", "01.ics", "1.ics.ics", ".ics", "1.ICS"] {
        expect_problem(course.tutor.get(&format!("/api/v1/sessions/{id}")).await, 404, "not_found");
    }
    let deletion = course.tutor.delete(&path).await;
    assert_eq!(deletion.header("allow"), Some("GET, HEAD, OPTIONS"));
    expect_problem(deletion, 405, "method_not_allowed");
}
