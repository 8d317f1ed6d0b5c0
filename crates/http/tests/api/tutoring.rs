use serde_json::json;

use crate::support::{TestApp, fields};

#[actix_web::test]
async fn the_public_finds_a_tutor_and_learns_no_address() {
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
async fn packages_are_their_tutors_alone() {
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
