use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{TestApp, dates, day, fields};

#[actix_web::test]
async fn sessions_are_visible_to_their_parties_only() {
    let (app, anonymous) = TestApp::start().await;
    let (tutor, student, stranger) = (app.tutor().await, app.student().await, app.student().await);
    let sent = student.ask(&tutor, dates(&[3, 4], "10:00", "11:30")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    let sessions = student.get("/api/sessions").await.expect(200);
    let first = &sessions[0];
    assert_eq!((first["session_date"].clone(), first["duration"].clone()), (json!(day(3)), json!(90)));
    assert_eq!(first["starts_at"], format!("{}T07:00:00Z", day(3)));
    assert_eq!((first["status"].clone(), first["session_mode"].clone()), (json!("scheduled"), json!("online")));
    for (who, path, length) in [
        (&tutor, "/api/tutor/sessions", 2),
        (&tutor, "/api/student/my-sessions", 0),
        (&student, "/api/student/my-sessions?status=all", 2),
        (&student, "/api/sessions?as=tutor", 0),
        (&stranger, "/api/sessions", 0),
        (&stranger, "/api/parent/sessions", 0),
    ] {
        assert_eq!(who.get(path).await.expect(200).as_array().unwrap().len(), length, "{path}");
    }
    anonymous.get("/api/sessions").await.expect(401);
    let one = format!("/api/sessions/{}", first["id"]);
    stranger.get(&one).await.expect(404);
    tutor.get(&one).await.expect(200);
    let answer = student.get(&one).await;
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(answer.expect(200), *first);
    let again = student.send(TestRequest::get().uri(&one).insert_header(("If-None-Match", tag))).await;
    again.expect(304);
}

#[actix_web::test]
async fn lists_of_sessions_are_filtered_and_paginated() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, dates(&[3, 4, 5], "10:00", "11:00")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    let path = format!("/api/sessions?from={}&to={}T07:00:01Z", day(4), day(5));
    assert_eq!(tutor.get(&path).await.expect(200).as_array().unwrap().len(), 2);
    let refused = tutor.get("/api/sessions?from=x&to=y&status=z&as=w&limit=1000").await.expect(422);
    assert_eq!(fields(&refused), ["as", "from", "to", "status", "limit"]);
    let page = tutor.get("/api/sessions?limit=2").await;
    let next = page.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(tutor.get(&next).await.expect(200).as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn the_tag_of_a_session_changes_with_the_names_that_it_shows() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, dates(&[3], "10:00", "11:00")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    let path = format!("/api/sessions/{}", tutor.get("/api/sessions").await.expect(200)[0]["id"]);
    let get = |tags: String| tutor.send(TestRequest::get().uri(&path).insert_header(("If-None-Match", tags)));
    let tag = tutor.get(&path).await.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"'), "{tag} is a strong tag");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let unchanged = get(known.clone()).await;
        assert_eq!((unchanged.status, unchanged.header("etag")), (304, Some(tag.as_str())), "{known}");
    }
    for unknown in ["\"other\"", "nonsense"] {
        get(unknown.to_owned()).await.expect(200);
    }
    student.patch("/api/auth/me", json!({ "first_name": "Tigist" })).await.expect(200);
    let changed = get(tag.clone()).await;
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
    assert!(changed.expect(200)["student_name"].as_str().unwrap().contains("Tigist"));
}

#[actix_web::test]
async fn sessions_with_a_student_honour_every_documented_parameter() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let other = app.student().await;
    for (learner, from, to) in [(&student, "10:00", "11:30"), (&other, "13:00", "14:00")] {
        let sent = learner.ask(&tutor, dates(&[3, 4, 5], from, to)).await.expect(200);
        tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    }
    let path = format!("/api/tutor/student-sessions/{}", student.profile("student"));
    let days = |body: &serde_json::Value| {
        let sessions = body["sessions"].as_array().unwrap();
        sessions.iter().map(|session| session["session_date"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = tutor.get(&path).await.expect(200);
    assert_eq!(days(&all), [day(3), day(4), day(5)]);
    let stats =
        json!({ "total": 3, "completed": 0, "scheduled": 3, "in_progress": 0, "cancelled": 0, "total_hours": 0.0 });
    assert_eq!(all["stats"], stats);
    for (query, expected) in [
        (format!("from={}", day(4)), vec![day(4), day(5)]),
        (format!("to={}", day(4)), vec![day(3), day(4)]),
        (format!("from={}&to={}", day(4), day(5)), vec![day(4), day(5)]),
        ("status=completed".to_owned(), vec![]),
        ("status=scheduled&limit=1".to_owned(), vec![day(3)]),
    ] {
        let found = tutor.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!((days(&found), &found["stats"]), (expected, &stats), "{query}");
    }
    let rejected = tutor.get(&format!("{path}?from=x&to=y&status=z&limit=0")).await.expect(422);
    assert_eq!(fields(&rejected), ["from", "to", "status", "limit"]);
    student.get(&path).await.expect(403);
}

#[actix_web::test]
async fn each_capacity_lists_its_own_sessions() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, dates(&[3, 4], "10:00", "11:00")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    for (actor, own) in [(&tutor, "/api/tutor/sessions"), (&student, "/api/student/my-sessions")] {
        for path in ["/api/tutor/sessions", "/api/student/my-sessions", "/api/parent/sessions"] {
            let from = format!("{path}?from={}", day(4));
            let expected = usize::from(path == own);
            assert_eq!(actor.get(&from).await.expect(200).as_array().unwrap().len(), expected, "{path}");
        }
    }
}
