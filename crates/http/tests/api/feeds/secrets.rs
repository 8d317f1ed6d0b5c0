use serde_json::json;

use super::feed;
use crate::support::{TestApp, expect_problem};

#[actix_web::test]
async fn a_secret_opens_its_feed_and_nothing_else() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    let path = feed(&student, json!({})).await;
    anonymous.get(&path).await.expect(200);
    let secret = path.trim_start_matches("/api/v1/calendar/").trim_end_matches(".ics");
    for path in [
        format!("/api/v1/calendar/{secret}"),
        format!("/api/v1/calendar/{secret}.ics/"),
        format!("/api/v1/calendar/{}.ics", secret.trim_start_matches("astegni_cal_")),
        format!("/api/v1/calendar/{}.ics", secret.to_uppercase()),
        format!("/api/v1/calendar/{secret}x.ics"),
        "/api/v1/calendar/astegni_cal_.ics".to_owned(),
        "/api/v1/calendar/feeds.ics".to_owned(),
    ] {
        expect_problem(anonymous.get(&path).await, 404, "not_found");
    }
    let mut bearer = anonymous.clone();
    bearer.token = Some(secret.to_owned());
    expect_problem(bearer.get("/api/v1/calendar/feeds").await, 401, "invalid_token");
}

#[actix_web::test]
async fn no_error_contains_the_secret() {
    let (app, anonymous) = TestApp::start().await;
    let student = app.student().await;
    let created = student.post("/api/v1/calendar/feeds", json!({})).await.expect(201);
    let secret = created["secret"].as_str().unwrap();
    let path = format!("/api/v1/calendar/{secret}.ics");
    anonymous.get(&path).await.expect(200);
    let revoked = format!("/api/v1/calendar/feeds/{}", created["id"]);
    let mut answers = vec![
        anonymous.post(&path, json!({})).await,
        anonymous.get(&format!("/api/v1/calendar/{secret}")).await,
        anonymous.get(&format!("/api/v1/%63alendar/{secret}.ics")).await,
        anonymous.get(&format!("/api/v2/calendar/{secret}.ics")).await,
        anonymous.get(&format!("/calendar/{secret}.ics?x={secret}")).await,
        anonymous.delete(&format!("/api/calendar/feeds/{secret}")).await,
    ];
    student.delete(&revoked).await.expect(204);
    answers.push(anonymous.get(&path).await);
    for answer in answers {
        assert!(answer.headers.iter().all(|(_, value)| !value.to_str().unwrap().contains(secret)));
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert_eq!(answer.body["instance"], "/api/v1/calendar/[secret].ics");
        assert!(!answer.body.to_string().contains(secret), "{}", answer.body);
    }
}
