use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::TestApp;

/// An operation of the document, with its method and path.
struct Operation<'a> {
    method: Method,
    path: &'a str,
    body: &'a Value,
}

impl Operation<'_> {
    fn is_public(&self) -> bool {
        self.body["security"].as_array().is_some_and(|choices| choices.contains(&json!({})))
    }

    fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(move |(method, body)| Operation { method: method.to_uppercase().parse().unwrap(), path, body })
    });
    operations.collect()
}

/// Returns a path with an id in place of each parameter.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

#[actix_web::test]
async fn every_operation_that_is_not_public_requires_a_token() {
    let (_, anonymous) = TestApp::start().await;
    let document = anonymous.get("/openapi.json").await.expect(200);
    let operations = operations(&document);
    assert!(operations.len() > 60, "{}", operations.len());
    for operation in operations {
        let unversioned = operation.path.replacen("/api/v1", "/api", 1);
        for path in [filled(operation.path), filled(&unversioned)] {
            let call = || anonymous.send(TestRequest::default().method(operation.method.clone()).uri(&path));
            if operation.is_public() {
                let status = call().await.status;
                assert_ne!(status, 405, "{} {path}", operation.method);
            } else {
                call().await.expect(401);
            }
        }
    }
}

#[test]
fn every_operation_describes_its_responses() {
    let document = astegni_http::openapi::document();
    for Operation { method, path, body } in operations(&document) {
        let responses = body["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2') || status == "101"), "{method} {path}");
        assert!(responses.contains_key("default"), "{method} {path}");
        for (status, response) in responses {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{method} {path} {status}");
            assert!(
                ["101", "204", "304"].contains(&status.as_str()) || response["content"].is_object(),
                "{method} {path} {status}"
            );
        }
    }
}

/// The verbs that operation ids begin with.
const VERBS: [&str; 35] = [
    "accept", "add", "answer", "befriend", "block", "cancel", "change", "check", "claim", "create", "delete", "end",
    "follow", "get", "leave", "list", "log", "mark", "open", "preview", "refresh", "register", "reject", "release",
    "remove", "search", "send", "sign", "switch", "unblock", "unfollow", "unfriend", "update", "verify", "withdraw",
];

#[test]
fn operation_ids_are_unique_and_begin_with_a_verb() {
    let document = astegni_http::openapi::document();
    let operations = operations(&document);
    let ids: BTreeSet<_> = operations.iter().map(|operation| operation.text("operationId")).collect();
    assert_eq!(ids.len(), operations.len());
    for id in ids {
        let mut words = id.split('_');
        assert!(words.next().is_some_and(|verb| VERBS.contains(&verb)), "{id} begins with a verb");
        assert!(words.next().is_some(), "{id} has a noun");
        assert!(id.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()), "{id} is in snake case");
    }
}

#[test]
fn every_operation_has_a_summary_and_a_description() {
    let document = astegni_http::openapi::document();
    for operation in operations(&document) {
        let (summary, id) = (operation.text("summary"), operation.text("operationId"));
        assert!((2..=8).contains(&summary.split(' ').count()), "{id}: {summary}");
        assert!(summary.starts_with(char::is_uppercase) && !summary.ends_with('.'), "{id}: {summary}");
        assert!(operation.text("description").ends_with('.'), "{id} has a description");
        let tag = operation.body["tags"][0].as_str().unwrap();
        let tags = document["tags"].as_array().unwrap();
        assert!(tags.iter().any(|known| known["name"] == tag), "{id}: {tag}");
    }
}

#[test]
fn the_document_introduces_the_api_of_this_version() {
    let document = astegni_http::openapi::document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"]["contact"], Value::Null);
    let introduction = document["info"]["description"].as_str().unwrap();
    let bytes = astegni_http::extract::MAX_BODY_BYTES / 1024;
    let (body, request) = (astegni_http::extract::BODY_TIMEOUT, astegni_http::middleware::REQUEST_TIMEOUT);
    for limit in [
        format!("{bytes} KiB"),
        format!("within {} seconds", body.as_secs()),
        format!("after {} seconds", request.as_secs()),
    ] {
        assert!(introduction.contains(&limit), "{limit}");
    }
}

/// Makes every change of the API visible as a change of `docs/openapi.json`, which `just openapi` writes.
#[test]
fn the_document_in_the_repository_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
    assert!(kept == astegni_http::openapi::document(), "docs/openapi.json is out of date: run `just openapi`");
}

#[actix_web::test]
async fn swagger_ui_loads_nothing_from_other_servers() {
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
