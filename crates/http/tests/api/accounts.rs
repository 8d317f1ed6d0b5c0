use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{TestApp, day, fields};

#[actix_web::test]
async fn registering_signs_in_and_creates_the_profiles() {
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
async fn all_invalid_fields_of_a_registration_are_reported_at_once() {
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
async fn a_login_is_json_or_the_form_of_oauth2() {
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
async fn a_wrong_password_and_an_unknown_address_get_the_same_response() {
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
async fn the_tokens_of_a_signed_out_device_are_rejected() {
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
async fn the_device_of_another_user_cannot_be_signed_out() {
    let (app, _) = TestApp::start().await;
    let (person, stranger) = (app.student().await, app.student().await);
    let device = person.get("/api/v1/auth/sessions").await.expect(200)[0]["id"].clone();
    stranger.delete(&format!("/api/v1/auth/sessions/{device}")).await.expect(404);
    person.get("/api/me").await.expect(200);
}

#[actix_web::test]
async fn a_new_password_requires_the_current_one() {
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
async fn roles_are_added_and_switched_with_tokens_for_them() {
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
    let body = json!({ "last_name": "Bekele", "time_zone": "Europe/Berlin", "phone": null, "is_private": null });
    let changed = person.patch("/api/v1/auth/me", body).await.expect(200);
    assert_eq!(changed["first_name"], person.user["first_name"]);
    assert_eq!((changed["phone"].clone(), changed["is_private"].clone()), (json!(null), json!(false)));
    assert_eq!(changed["time_zone"], "Europe/Berlin");
    assert_eq!(person.get("/api/verify-token").await.expect(200), json!({ "valid": true, "user": changed }));
    let cleared = person.patch("/api/me", json!({ "last_name": null })).await.expect(200);
    assert_eq!((cleared["last_name"].clone(), cleared["time_zone"].clone()), (json!(null), json!("Europe/Berlin")));
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

#[actix_web::test]
async fn deceptive_names_handles_and_pictures_are_rejected() {
    let (app, anonymous) = TestApp::start().await;
    let rejected = [
        ("first_name", "Abe\u{200B}be"),
        ("last_name", "\u{202E}ekeleB"),
        ("father_name", "Abe\u{2066}be"),
        ("grandfather_name", "\u{3164}"),
        ("username", "abe\u{200D}be"),
        ("username", "p\u{430}ypal"),
        ("username", "\u{430}\u{440}\u{435}\u{441}"),
        ("profile_picture", "//x"),
        ("profile_picture", "http://"),
        ("profile_picture", "javascript:alert(1)"),
    ];
    for (field, value) in rejected {
        let body = json!({ "email": "abebe@example.com", "password": "Test1234", field: value });
        assert_eq!(fields(&anonymous.post("/api/register", body).await.expect(422)), [field], "{value:?}");
    }
    let picture = "https://example.com/a.png";
    let person = app.register(json!({ "first_name": "አበበ", "username": "አበበ_ቢቂላ", "profile_picture": picture })).await;
    assert_eq!((&person.user["name"], &person.user["profile_picture"]), (&json!("አበበ"), &json!(picture)));
}

#[actix_web::test]
async fn a_refresh_after_role_changes_whose_answers_were_lost_succeeds() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.register(json!({ "roles": ["student", "parent"] })).await;
    for role in ["parent", "student", "parent"] {
        person.post("/api/switch-role", json!({ "role": role })).await.expect(200);
    }
    app.clock.advance(TimeDelta::minutes(1));
    let refresh = |token: &str| json!({ "refresh_token": token });
    let tokens = anonymous.post("/api/refresh", refresh(&person.refresh_token)).await.expect(200);
    assert_eq!(tokens["user"]["active_role"], "parent");
    let next = tokens["refresh_token"].as_str().unwrap();
    let tokens = anonymous.post("/api/refresh", refresh(next)).await.expect(200);
    anonymous.signed_in(&tokens).get("/api/me").await.expect(200);
}

#[actix_web::test]
async fn a_role_change_returns_a_refresh_token_beside_the_earlier_one() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let added = person.post("/api/add-role", json!({ "new_role": "tutor", "password": "Test1234" })).await.expect(200);
    for token in [&added["refresh_token"], &json!(person.refresh_token)] {
        anonymous.post("/api/refresh", json!({ "refresh_token": token })).await.expect(200);
    }
    app.clock.advance(TimeDelta::seconds(11));
    let reused = anonymous.post("/api/refresh", json!({ "refresh_token": person.refresh_token })).await;
    assert_eq!(reused.expect(401)["code"], "token_reuse");
    person.get("/api/me").await.expect(401);
}

#[actix_web::test]
async fn a_refresh_is_json_or_the_form_of_oauth2() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let form = |fields: &[(&str, &str)]| TestRequest::post().uri("/api/v1/auth/refresh").set_form(fields);
    let good = form(&[("grant_type", "refresh_token"), ("refresh_token", &person.refresh_token), ("scope", "")]);
    let tokens = anonymous.send(good).await.expect(200);
    anonymous.signed_in(&tokens).get("/api/me").await.expect(200);
    let next = tokens["refresh_token"].as_str().unwrap();
    let missing = anonymous.send(form(&[("refresh_token", next)])).await.expect(422);
    assert_eq!((&missing["error"], fields(&missing)), (&json!("invalid_request"), vec!["grant_type"]));
    let other = anonymous.send(form(&[("grant_type", "password"), ("refresh_token", next)])).await.expect(422);
    assert_eq!(other["error"], "unsupported_grant_type");
    assert_eq!(other["error_description"], "grant_type must be refresh_token");
    let made_up = anonymous.send(form(&[("grant_type", "refresh_token"), ("refresh_token", "x")])).await.expect(401);
    assert_eq!((&made_up["error"], &made_up["code"]), (&json!("invalid_grant"), &json!("invalid_refresh_token")));
    let text = TestRequest::post().uri("/api/v1/auth/refresh").insert_header(("content-type", "text/plain"));
    let unsupported = anonymous.send(text.set_payload("refresh_token=x")).await.expect(415);
    assert_eq!(unsupported["detail"], "Content-Type must be application/json or application/x-www-form-urlencoded");
    let twice =
        anonymous.send(form(&[("grant_type", "refresh_token"), ("grant_type", "refresh_token")])).await.expect(422);
    assert_eq!(fields(&twice), ["body"]);
}

#[actix_web::test]
async fn errors_of_oauth2_forms_are_strings_and_those_of_json_are_objects() {
    let (app, anonymous) = TestApp::start().await;
    let person = app.student().await;
    let email = person.user["email"].as_str().unwrap();
    let form = |fields: &[(&str, &str)]| TestRequest::post().uri("/api/v1/auth/login").set_form(fields);
    let problem = anonymous.send(form(&[("username", email), ("password", "wrong one")])).await.expect(401);
    assert_eq!(problem["error"], "invalid_grant");
    assert_eq!(problem["error_description"], "Invalid email or password");
    assert_eq!((&problem["code"], &problem["detail"]), (&json!("wrong_credentials"), &problem["error_description"]));
    let incomplete = anonymous.send(form(&[("grant_type", "password"), ("username", email)])).await.expect(422);
    assert_eq!((&incomplete["error"], fields(&incomplete)), (&json!("invalid_request"), vec!["password"]));
    let fields = [("grant_type", "client_credentials"), ("username", email), ("password", "Test1234")];
    let unsupported = anonymous.send(form(&fields)).await.expect(422);
    assert_eq!(unsupported["error"], "unsupported_grant_type");
    anonymous
        .send(form(&[("grant_type", "password"), ("username", email), ("password", "Test1234")]))
        .await
        .expect(200);
    let json = anonymous.post("/api/login", json!({ "email": email, "password": "wrong one" })).await.expect(401);
    assert_eq!(json["error"]["message"], "Invalid email or password");
    assert!(json.get("error_description").is_none());
}
