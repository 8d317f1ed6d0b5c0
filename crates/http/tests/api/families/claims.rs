use chrono::TimeDelta;
use serde_json::{Value, json};

use super::child;
use crate::support::TestApp;

fn claim(email: &Value, code: &Value) -> Value {
    json!({ "code": code, "email": email, "password": "Test1234" })
}

#[actix_web::test]
async fn a_child_claims_the_account_with_all_its_ids() {
    let (app, anonymous) = TestApp::start().await;
    let (parent, other) = (app.parent().await, app.parent().await);
    let liya = child(&parent, "Liya").await;
    let path = format!("/api/parent/children/{}/claim-code", liya["id"]);
    other.post(&path, json!({})).await.expect(404);
    let issued = parent.post(&path, json!({})).await.expect(200);
    assert_eq!(issued["expires_at"], "2026-02-06T05:00:00Z");
    let code = issued["code"].clone();
    let taken = anonymous.post("/api/v1/auth/claim", claim(&parent.user["email"], &code)).await;
    assert_eq!(taken.expect(409)["code"], "email_taken");
    let own = json!("liya@example.com");
    let claimed = anonymous.post("/api/v1/auth/claim", claim(&own, &code)).await.expect(200);
    assert_eq!((&claimed["user"]["id"], &claimed["user"]["role_ids"]["student"]), (&liya["user_id"], &liya["id"]));
    anonymous.post("/api/login", json!({ "email": own, "password": "Test1234" })).await.expect(200);
    assert_eq!(parent.post(&path, json!({})).await.expect(409)["code"], "login_exists");
    assert_eq!(parent.get("/api/parent/children").await.expect(200)["children"][0]["has_login"], true);
    // The guardianship continues, and the parent may leave now.
    let child = anonymous.signed_in(&claimed);
    assert_eq!(child.get("/api/student/guardians").await.expect(200)["guardians"][0]["status"], "active");
    parent.delete(&format!("/api/parent/children/{}", liya["id"])).await.expect(204);
}

#[actix_web::test]
async fn unknown_used_replaced_and_expired_codes_are_rejected_alike() {
    let (app, anonymous) = TestApp::start().await;
    let parent = app.parent().await;
    let mut codes = vec![json!("unknown")];
    let issue = async |name: &str| {
        let child = child(&parent, name).await;
        let path = format!("/api/parent/children/{}/claim-code", child["id"]);
        (parent.post(&path, json!({})).await.expect(200)["code"].clone(), path)
    };
    let (used, _) = issue("Liya").await;
    anonymous.post("/api/v1/auth/claim", claim(&json!("liya@example.com"), &used)).await.expect(200);
    let (replaced, path) = issue("Dawit").await;
    let (expired, _) = issue("Sara").await;
    app.clock.advance(TimeDelta::days(7));
    let parent = parent.log_in().await;
    let open = parent.post(&path, json!({})).await.expect(200)["code"].clone();
    codes.extend([used, replaced, expired]);
    for code in &codes {
        let refused = anonymous.post("/api/v1/auth/claim", claim(&json!("new@example.com"), code)).await.expect(400);
        assert_eq!(
            (&refused["code"], &refused["detail"]),
            (&json!("invalid_claim_code"), &json!("Invalid or expired claim code"))
        );
    }
    anonymous.post("/api/v1/auth/claim", claim(&json!("new@example.com"), &open)).await.expect(200);
}
