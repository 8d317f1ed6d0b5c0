use actix_web::test::TestRequest;
use serde_json::json;

use crate::support::{TestApp, dates, day, fields};

#[actix_web::test]
async fn sessions_are_their_two_peoples_alone() {
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
    let answer = tutor.get(&one).await;
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(answer.expect(200), *first);
    let again = tutor.send(TestRequest::get().uri(&one).insert_header(("If-None-Match", tag))).await;
    again.expect(304);
}

#[actix_web::test]
async fn a_list_of_sessions_is_narrowed_by_what_makes_sense() {
    let (app, _) = TestApp::start().await;
    let (tutor, student) = (app.tutor().await, app.student().await);
    let sent = student.ask(&tutor, dates(&[3, 4, 5], "10:00", "11:00")).await.expect(200);
    tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
    let path = format!("/api/sessions?from={}&to={}T07:00:01Z", day(4), day(5));
    assert_eq!(tutor.get(&path).await.expect(200).as_array().unwrap().len(), 2);
    let refused = tutor.get("/api/sessions?from=x&to=y&status=z&as=w&limit=1000").await.expect(422);
    assert_eq!(fields(&refused), ["status", "as", "from", "to", "limit"]);
    let page = tutor.get("/api/sessions?limit=2").await;
    let next = page.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(tutor.get(&next).await.expect(200).as_array().unwrap().len(), 1);
}
