use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, day, fields};

#[actix_web::test]
async fn registering_signs_in_and_makes_the_profiles() {
    let (app, _) = TestApp::start().await;
    let person = app.register(json!({ "roles": ["student", "teacher"], "username": "Abebe" })).await;
    assert_eq!(person.user["roles"], json!(["student", "tutor"]));
    assert_eq!(person.user["active_role"], "student");
    assert!(person.user["role_ids"]["tutor"].is_i64());
    assert_eq!(person.user["time_zone"], "Africa/Addis_Ababa");
    assert!(person.user["date_of_birth"].is_null());
    assert_eq!(person.get("/api/v1/auth/me").await.expect(200), person.user);
    let nobody = app.register(json!({})).await;
    assert_eq!((nobody.user["roles"].clone(), nobody.user["active_role"].clone()), (json!([]), json!(null)));
}

#[actix_web::test]
async fn an_address_and_a_handle_are_taken_in_every_case() {
    let (app, anonymous) = TestApp::start().await;
    app.register(json!({ "email": "abebe@example.com", "username": "Abebe" })).await;
    let body = json!({ "email": "ABEBE@example.com", "password": "Test1234" });
    assert_eq!(anonymous.post("/api/register", body).await.expect(409)["code"], "email_taken");
    let body = json!({ "email": "other@example.com", "password": "Test1234", "username": "ABEBE" });
    assert_eq!(anonymous.post("/api/register", body).await.expect(409)["code"], "username_taken");
}

#[actix_web::test]
async fn everything_wrong_with_a_registration_is_told_at_once() {
    let (_, anonymous) = TestApp::start().await;
    let body = json!({
        "email": "nobody", "password": "password", "confirm_password": "passwort", "username": "a b",
        "role": "admin", "time_zone": "CEST", "date_of_birth": "2999-01-01", "phone": 5,
    });
    let problem = anonymous.post("/api/v1/auth/register", body).await.expect(422);
    let mut named = fields(&problem);
    named.sort_unstable();
    assert_eq!(
        named,
        ["confirm_password", "date_of_birth", "email", "password", "phone", "role", "time_zone", "username"]
    );
}

#[actix_web::test]
async fn logging_in_takes_json_and_the_form_of_oauth2() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let email = person.user["email"].as_str().unwrap();
    let body = json!({ "email": email.to_uppercase(), "password": "Test1234" });
    let tokens = anonymous.post("/api/v1/auth/login", body).await.expect(200);
    assert_eq!((tokens["success"].clone(), tokens["token_type"].clone()), (json!(true), json!("bearer")));
    let form = TestRequest::post().uri("/api/login").set_form([("username", email), ("password", "Test1234")]);
    let tokens = anonymous.send(form).await.expect(200);
    assert_eq!(anonymous.signed_in(&tokens).get("/api/me").await.expect(200)["id"], person.user["id"]);
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let (app, anonymous) = TestApp::start().await;
    let email = app.student().await.user["email"].clone();
    let mut answers = Vec::new();
    for (email, password) in [(email, "Test12345"), (json!("x@example.com"), "Test1234"), (json!("x"), "Test1234")] {
        let answer = anonymous.post("/api/login", json!({ "email": email, "password": password })).await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        let mut problem = answer.expect(401);
        problem.as_object_mut().unwrap().remove("request_id");
        answers.push(problem);
    }
    assert_eq!(answers[0]["detail"], "Invalid email or password");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[actix_web::test]
async fn a_lost_refresh_may_be_repeated() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let refresh = || anonymous.post("/api/v1/auth/refresh", json!({ "refresh_token": person.refresh_token }));
    let first = refresh().await.expect(200);
    let repeated = refresh().await.expect(200);
    assert_eq!(first["refresh_token"], repeated["refresh_token"]);
    assert_ne!(first["refresh_token"], person.refresh_token.as_str());
    anonymous.signed_in(&first).get("/api/me").await.expect(200);
    let made_up = anonymous.post("/api/refresh", json!({ "refresh_token": "made up" })).await;
    assert_eq!(made_up.expect(401)["code"], "invalid_refresh_token");
}

#[actix_web::test]
async fn a_signed_out_device_is_let_in_no_more() {
    let (app, anonymous) = TestApp::start().await;
    let here = app.student().await;
    let body = json!({ "email": here.user["email"], "password": "Test1234" });
    let there = here.signed_in(&anonymous.post("/api/login", body).await.expect(200));
    here.post("/api/logout", json!({})).await.expect(200);
    assert_eq!(here.get("/api/me").await.expect(401)["code"], "invalid_token");
    let refresh = anonymous.post("/api/refresh", json!({ "refresh_token": here.refresh_token })).await;
    refresh.expect(401);
    let devices = there.get("/api/v1/auth/sessions").await.expect(200);
    assert_eq!((devices.as_array().unwrap().len(), devices[0]["is_current"].clone()), (1, json!(true)));
    there.delete(&format!("/api/v1/auth/sessions/{}", devices[0]["id"])).await.expect(204);
    there.get("/api/me").await.expect(401);
}

#[actix_web::test]
async fn nobody_ends_a_strangers_device() {
    let (app, _) = TestApp::start().await;
    let (person, stranger) = (app.student().await, app.student().await);
    let device = person.get("/api/v1/auth/sessions").await.expect(200)[0]["id"].clone();
    stranger.delete(&format!("/api/v1/auth/sessions/{device}")).await.expect(404);
    person.get("/api/me").await.expect(200);
}

#[actix_web::test]
async fn a_new_password_needs_the_old_one() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let change = |current: &str| json!({ "current_password": current, "new_password": "another one" });
    let wrong = person.post("/api/change-password", change("wrong one")).await;
    assert_eq!(wrong.expect(400)["code"], "wrong_password");
    person.post("/api/change-password", change("Test1234")).await.expect(200);
    person.get("/api/me").await.expect(200);
    let login = |password: &str| json!({ "email": person.user["email"], "password": password });
    anonymous.post("/api/login", login("Test1234")).await.expect(401);
    anonymous.post("/api/login", login("another one")).await.expect(200);
}

#[actix_web::test]
async fn roles_are_added_and_switched_with_tokens_that_say_so() {
    let (app, _) = TestApp::start().await;
    let person = app.student().await;
    let wrong = person.post("/api/add-role", json!({ "new_role": "tutor", "password": "wrong" })).await;
    assert_eq!(wrong.expect(400)["code"], "wrong_password");
    let admin = person.post("/api/add-role", json!({ "new_role": "admin", "password": "Test1234" })).await;
    assert_eq!(fields(&admin.expect(422)), ["new_role"]);
    let added = person.post("/api/add-role", json!({ "new_role": "tutor", "password": "Test1234" })).await.expect(200);
    assert_eq!(added["active_role"], "tutor");
    let tutor = person.signed_in(&added);
    tutor.package("Algebra").await;
    let held = tutor.post("/api/add-role", json!({ "new_role": "tutor", "password": "Test1234" })).await;
    assert_eq!(held.expect(400)["code"], "role_already_held");
    let switched = tutor.post("/api/switch-role", json!({ "role": "student" })).await.expect(200);
    assert_eq!(switched["message"], "Successfully switched to student role");
    let roles = tutor.signed_in(&switched).get("/api/my-roles").await.expect(200);
    assert_eq!(roles, json!({ "user_roles": ["student", "tutor"], "active_role": "student" }));
    let parent = tutor.post("/api/switch-role", json!({ "role": "parent" })).await;
    assert_eq!(parent.expect(400)["code"], "role_not_held");
}

#[actix_web::test]
async fn an_account_is_changed_in_part() {
    let (app, _) = TestApp::start().await;
    let person = app.student().await;
    let body = json!({ "last_name": "Bekele", "time_zone": "Europe/Berlin", "first_name": null });
    let changed = person.patch("/api/v1/auth/me", body).await.expect(200);
    assert_eq!(changed["first_name"], person.user["first_name"]);
    assert_eq!(changed["time_zone"], "Europe/Berlin");
    assert_eq!(person.get("/api/verify-token").await.expect(200)["user"], changed);
    let refused = person.patch("/api/me", json!({ "is_private": "yes", "last_name": "" })).await.expect(422);
    assert_eq!(fields(&refused), ["is_private", "last_name"]);
}

#[actix_web::test]
async fn an_access_token_lives_for_15_minutes() {
    let (app, _) = TestApp::start().await;
    let person = app.student().await;
    app.clock.advance(TimeDelta::seconds(899));
    person.get("/api/me").await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(person.get("/api/me").await.expect(401)["code"], "invalid_token");
    person.log_in().await.get("/api/me").await.expect(200);
}

#[actix_web::test]
async fn a_birth_date_may_be_today_and_no_later() {
    let (app, anonymous) = TestApp::start().await;
    let body = |date: String| json!({ "email": "newborn@example.com", "password": "Test1234", "date_of_birth": date });
    let tomorrow = anonymous.post("/api/register", body(day(1))).await.expect(422);
    assert_eq!(fields(&tomorrow), ["date_of_birth"]);
    let registered = anonymous.post("/api/register", body(day(0))).await.expect(201);
    assert_eq!(registered["user"]["date_of_birth"], "2026-01-30");
    app.clock.advance(TimeDelta::days(1));
    let person = anonymous.signed_in(&registered).log_in().await;
    let changed = person.patch("/api/me", json!({ "date_of_birth": day(1) })).await.expect(200);
    assert_eq!(changed["date_of_birth"], "2026-01-31");
    assert_eq!(
        fields(&person.patch("/api/me", json!({ "date_of_birth": day(2) })).await.expect(422)),
        ["date_of_birth"]
    );
}
