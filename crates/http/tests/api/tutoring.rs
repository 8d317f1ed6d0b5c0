use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, fields};

#[actix_web::test]
async fn the_public_finds_tutors_without_their_contact_data() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    let profile = json!({ "bio": "Ten years", "subjects": ["Mathematics"], "grade_levels": ["10"], "time_zone": "Africa/Nairobi" });
    let profile = tutor.put("/api/tutor/profile", profile).await.expect(200);
    assert_eq!(profile["time_zone"], "Africa/Nairobi");
    tutor.package("Algebra").await;
    let found = anonymous.get("/api/tutors?subject=MATHEMATICS&max_price=200.50").await.expect(200);
    assert_eq!((found["total"].clone(), found["pages"].clone()), (json!(1), json!(1)));
    assert_eq!(found["tutors"][0]["price"], 200.5);
    for path in ["/api/tutor", "/api/v1/tutors"] {
        let page = anonymous.get(&format!("{path}/{}", tutor.profile("tutor"))).await.expect(200);
        assert_eq!(page["packages"][0]["name"], "Algebra");
        let text = page.to_string();
        assert!(!text.contains('@') && !text.contains("+251"), "{text}");
        let packages = anonymous.get(&format!("{path}/{}/packages", tutor.profile("tutor"))).await.expect(200);
        assert_eq!(packages["packages"], page["packages"]);
    }
    assert_eq!(anonymous.get("/api/tutor/999").await.expect(404)["detail"], "Tutor not found");
    anonymous.get("/api/tutors/x").await.expect(404);
}

#[actix_web::test]
async fn a_search_is_checked_and_paged() {
    let (app, anonymous) = TestApp::start().await;
    for _ in 0..3 {
        app.tutor().await;
    }
    let refused = anonymous.get("/api/tutors?limit=0&min_price=x&sort_by=y&page=0&cursor=z").await.expect(422);
    assert_eq!(fields(&refused), ["min_price", "sort_by", "page", "cursor", "limit"]);
    let first = anonymous.get("/api/tutors?limit=2").await;
    let link = first.header("link").unwrap().to_owned();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    let second = anonymous.get(next).await.expect(200);
    assert_eq!(second["tutors"].as_array().unwrap().len(), 1);
    let numbered = anonymous.get("/api/tutors?limit=2&page=2").await.expect(200);
    assert_eq!(numbered["tutors"], second["tutors"]);
    assert_eq!((numbered["page"].clone(), numbered["pages"].clone()), (json!(2), json!(2)));
}

#[actix_web::test]
async fn a_package_can_be_read_and_changed_by_its_tutor_only() {
    let (app, _) = TestApp::start().await;
    let (tutor, other, student) = (app.tutor().await, app.tutor().await, app.student().await);
    let package = tutor.package("Algebra").await;
    let path = format!("/api/tutor/packages/{}", package["id"]);
    student.get("/api/tutor/packages").await.expect(403);
    student.post("/api/tutor/packages", json!({ "name": "x", "hourly_rate": 1 })).await.expect(403);
    other.get(&path).await.expect(404);
    other.put(&path, json!({ "name": "Mine" })).await.expect(404);
    other.delete(&path).await.expect(404);
    let changed = tutor.put(&path, json!({ "start_time": "14:00", "end_time": "16:00:00" })).await.expect(200);
    assert_eq!((changed["name"].clone(), changed["start_time"].clone()), (json!("Algebra"), json!("14:00:00")));
    let refused = tutor.put(&path, json!({ "end_time": "13:00" })).await.expect(422);
    assert_eq!(fields(&refused), ["end_time"]);
    tutor.delete(&path).await.expect(204);
    tutor.get(&path).await.expect(404);
}

#[actix_web::test]
async fn prices_are_exact_to_the_cent() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    for (rate, code) in [
        (json!(0.001), "too_precise"),
        (json!(-1), "not_positive"),
        (json!(10_000_000), "too_large"),
        (json!("10"), "invalid_type"),
        (json!([1]), "invalid_type"),
    ] {
        let answer = tutor.post("/api/tutor/packages", json!({ "name": "x", "hourly_rate": rate })).await.expect(422);
        assert_eq!((fields(&answer), answer["errors"][0]["code"].as_str().unwrap()), (vec!["hourly_rate"], code));
    }
    let body = r#"{"name": "x", "hourly_rate": 9999999.99}"#;
    let request = actix_web::test::TestRequest::post()
        .uri("/api/tutor/packages")
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body);
    assert_eq!(tutor.send(request).await.expect(201)["hourly_rate"].to_string(), "9999999.99");
    let refused = tutor.post("/api/tutor/packages", json!({ "schedule_days": ["Mo", "Monday"] })).await.expect(422);
    assert_eq!(fields(&refused), ["schedule_days.0", "name", "hourly_rate"]);
}

async fn create(tutor: &Actor, terms: Value) -> Value {
    tutor.post("/api/v1/tutor/packages", terms).await.expect(201)
}

/// Updates a package if it has the version of a tag.
fn put_if(tag: &str, path: &str, terms: &Value) -> TestRequest {
    TestRequest::put().uri(path).insert_header(("If-Match", tag)).set_json(terms)
}

#[actix_web::test]
async fn a_tutor_has_at_most_100_active_packages() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    let mut last = Value::Null;
    for rate in 1..=100 {
        last = create(&tutor, json!({ "name": "Algebra", "hourly_rate": rate })).await;
    }
    let one_more = json!({ "name": "Geometry", "hourly_rate": 1 });
    let rejected = tutor.post("/api/tutor/packages", one_more).await.expect(422);
    assert_eq!(fields(&rejected), ["is_active"]);
    assert!(rejected["detail"].as_str().unwrap().contains("at most 100 active packages"), "{rejected}");

    let inactive = create(&tutor, json!({ "name": "Geometry", "hourly_rate": 1, "is_active": false })).await;
    let inactive = format!("/api/tutor/packages/{}", inactive["id"]);
    let activate = || tutor.put(&inactive, json!({ "is_active": true }));
    assert_eq!(fields(&activate().await.expect(422)), ["is_active"]);
    tutor.delete(&format!("/api/tutor/packages/{}", last["id"])).await.expect(204);
    activate().await.expect(200);
    activate().await.expect(200);

    let page = format!("/api/v1/tutors/{}", tutor.profile("tutor"));
    assert_eq!(anonymous.get(&page).await.expect(200)["packages"].as_array().unwrap().len(), 100);
    let first = anonymous.get(&format!("{page}/packages?limit=60")).await;
    let next = first.header("link").unwrap().trim_start_matches('<').split('>').next().unwrap().to_owned();
    assert_eq!(first.expect(200)["packages"][0]["hourly_rate"], 1.0);
    let second = anonymous.get(&next).await;
    assert_eq!((second.header("link"), second.body["packages"].as_array().unwrap().len()), (None, 40));
}

#[actix_web::test]
async fn what_tutors_publish_is_bounded() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    let tags = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
    let too_long = json!({
        "name": "x".repeat(256), "hourly_rate": 1, "description": "x".repeat(2001), "subjects": tags(21),
        "course_ids": [-1], "grade_level": ["x".repeat(61)], "session_format": "x".repeat(51),
    });
    let rejected = tutor.post("/api/tutor/packages", too_long).await.expect(422);
    let all = ["name", "description", "subjects", "course_ids", "grade_level", "session_format"];
    assert_eq!(fields(&rejected), all);
    let rejected = tutor.post("/api/tutor/packages", json!({ "name": "x", "hourly_rate": 1, "course_ids": [0] }));
    assert_eq!(rejected.await.expect(422)["errors"][0]["code"], "not_positive");
    let longest = json!({
        "name": "x".repeat(255), "hourly_rate": 1, "description": "x".repeat(2000), "subjects": tags(20),
        "course_ids": [1], "grade_level": ["x".repeat(60)], "session_format": "x".repeat(50),
    });
    create(&tutor, longest).await;
    let profile = json!({
        "bio": "x".repeat(3001), "quote": "x".repeat(501), "subjects": tags(21), "languages": tags(21),
        "grade_levels": tags(21), "time_zone": "CEST", "session_format": "x".repeat(51), "location": "x".repeat(201),
    });
    assert_eq!(fields(&tutor.put("/api/tutor/profile", profile).await.expect(422)).len(), 8);
    let long = "x".repeat(101);
    let path = format!("/api/tutors?search={long}&subject={long}&grade_level={long}");
    assert_eq!(fields(&anonymous.get(&path).await.expect(422)), ["search", "subject", "grade_level"]);
}

#[actix_web::test]
async fn null_clears_nullable_fields_and_missing_fields_stay() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    let full = json!({
        "name": "Algebra", "hourly_rate": 1, "description": "Sets", "session_format": "online",
        "start_time": "10:00", "end_time": "11:00",
    });
    let package = create(&tutor, full).await;
    let path = format!("/api/tutor/packages/{}", package["id"]);
    let cleared = tutor.put(&path, json!({ "description": null, "end_time": null, "name": null })).await.expect(200);
    assert_eq!((&cleared["description"], &cleared["end_time"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&cleared["name"], &cleared["session_format"], &cleared["start_time"]),
        (&json!("Algebra"), &json!("online"), &json!("10:00:00"))
    );
    tutor.put("/api/tutor/profile", json!({ "bio": "Ten years", "quote": "Learn" })).await.expect(200);
    let profile = tutor.put("/api/tutor/profile", json!({ "bio": null })).await.expect(200);
    assert_eq!((&profile["bio"], &profile["quote"]), (&Value::Null, &json!("Learn")));
}

#[actix_web::test]
async fn a_package_is_written_only_in_the_version_that_the_tutor_has_seen() {
    let (app, _) = TestApp::start().await;
    let tutor = app.tutor().await;
    let path = format!("/api/tutor/packages/{}", tutor.package("Algebra").await["id"]);
    let first = tutor.get(&path).await.header("etag").unwrap().to_owned();
    let geometry = json!({ "name": "Geometry" });
    let updated = tutor.send(put_if(&first, &path, &geometry)).await;
    let second = updated.header("etag").unwrap().to_owned();
    assert_eq!(updated.expect(200)["name"], "Geometry");
    assert_ne!(first, second);
    assert_eq!(tutor.get(&path).await.header("etag"), Some(second.as_str()));
    for stale in [first.clone(), format!("W/{second}"), "nonsense".to_owned()] {
        let rejected = tutor.send(put_if(&stale, &path, &geometry)).await.expect(412);
        assert_eq!(rejected["code"], "precondition_failed", "{stale}");
        let delete = TestRequest::delete().uri(&path).insert_header(("If-Match", stale));
        tutor.send(delete).await.expect(412);
    }
    tutor.send(put_if("*", &path, &geometry)).await.expect(200);
    let third = tutor.get(&path).await.header("etag").unwrap().to_owned();
    let either = format!("{first}, {third}");
    tutor.send(TestRequest::delete().uri(&path).insert_header(("If-Match", either))).await.expect(204);
}

#[actix_web::test]
async fn an_unchanged_tutor_is_not_sent_again() {
    let (app, anonymous) = TestApp::start().await;
    let tutor = app.tutor().await;
    for (actor, path) in [
        (&tutor, "/api/tutor/profile".to_owned()),
        (&anonymous, format!("/api/v1/tutors/{}", tutor.profile("tutor"))),
        (&anonymous, format!("/api/tutor/{}", tutor.profile("tutor"))),
    ] {
        let tag = actor.get(&path).await.header("etag").unwrap().to_owned();
        let known = || TestRequest::get().uri(&path).insert_header(("If-None-Match", tag.clone()));
        let unchanged = actor.send(known()).await;
        assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
        assert_eq!(unchanged.expect(304), "");
        tutor.patch("/api/auth/me", json!({ "first_name": format!("Name {}", path.len()) })).await.expect(200);
        actor.send(known()).await.expect(200);
    }
}
