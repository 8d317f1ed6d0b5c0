use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::TestApp;

/// Every operation of the document: method, path, and whether anybody may call it.
fn operations(document: &Value) -> Vec<(Method, String, bool)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let choices = operation.get("security").and_then(Value::as_array);
            let public = choices.is_some_and(|choices| choices.contains(&json!({})));
            operations.push((method.to_uppercase().parse().unwrap(), path.clone(), public));
        }
    }
    operations
}

/// A path with an id in each place for one.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

#[actix_web::test]
async fn every_operation_that_is_not_public_is_closed_to_anonymous() {
    let (_, anonymous) = TestApp::start().await;
    let document = anonymous.get("/openapi.json").await.expect(200);
    let operations = operations(&document);
    assert!(operations.len() > 40);
    for (method, path, public) in operations {
        for path in [filled(&path), filled(&path.replacen("/api/v1", "/api", 1))] {
            let call = |request: TestRequest| anonymous.send(request.method(method.clone()).uri(&path));
            if public {
                let status = call(TestRequest::default()).await.status;
                assert_ne!(status, 405, "{method} {path}");
            } else if !path.starts_with("/api/auth/") {
                call(TestRequest::default()).await.expect(401);
            }
        }
    }
}

#[actix_web::test]
async fn every_operation_says_what_it_answers() {
    let document = astegni_http::openapi::document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
            for (status, response) in responses {
                assert!(response["description"].is_string(), "{method} {path} {status}");
            }
            assert!(operation["operationId"].is_string() && operation["summary"].is_string(), "{method} {path}");
        }
    }
}

/// The document stands in the repository, so that a change of the API is a difference that somebody reads:
/// `just openapi` writes it anew.
#[test]
fn the_document_in_the_repository_is_this_one() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap_or_default()).unwrap_or_default();
    assert!(kept == astegni_http::openapi::document(), "docs/openapi.json is out of date: run `just openapi`");
}

#[actix_web::test]
async fn swagger_ui_needs_nothing_from_elsewhere() {
    let (_, anonymous) = TestApp::start().await;
    let answer = anonymous.get("/docs").await;
    assert_eq!((answer.status, answer.header("location")), (307, Some("/docs/")));
    let page = anonymous.get("/docs/").await.expect(200);
    let page = page.as_str().unwrap();
    assert!(page.contains("swagger-ui") && !page.contains("http://") && !page.contains("https://"), "{page}");
    for part in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        anonymous.get(&format!("/docs/{part}")).await.expect(200);
    }
}
