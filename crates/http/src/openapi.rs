//! The OpenAPI document: collected from the routes, completed with what all of them share.

use serde_json::{Map, Value, json};
use strum::VariantArray;
use utoipa::openapi::OpenApi;

use crate::error::Code;
use crate::routes;

/// The document (OpenAPI 3.1).
pub fn document() -> Value {
    complete(&routes::describe())
}

/// Adds what no route says for itself: who the API is, how callers sign in, and that every error is a
/// problem.
fn complete(collected: &OpenApi) -> Value {
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    merge(
        &mut document,
        json!({
            "info": {
                "title": "Astegni",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "The backend of a tutoring marketplace. The unversioned `/api` answers as `/api/v1` does.",
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            },
            "servers": [{ "url": "/", "description": "This server" }],
            "security": [{ "bearer": [] }, { "password": [] }],
            "tags": [
                { "name": "accounts", "description": "Accounts, roles and devices" },
                { "name": "families", "description": "Children and guardians" },
                { "name": "connections", "description": "Follows, friendships and blocks" },
                { "name": "tutoring", "description": "Tutors and their packages" },
                { "name": "requests", "description": "Session requests" },
                { "name": "schedule", "description": "Sessions" },
                { "name": "chat", "description": "Conversations and messages" },
                { "name": "platform", "description": "Health, and what the problems mean" },
            ],
            "components": {
                "securitySchemes": {
                    "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                    "password": { "type": "oauth2", "flows": { "password": { "tokenUrl": "/api/v1/auth/login", "scopes": {} } } },
                },
                "schemas": { "Problem": problem_schema() },
            },
        }),
    );
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for operations in paths.values_mut().filter_map(Value::as_object_mut) {
            operations.values_mut().filter_map(Value::as_object_mut).for_each(complete_operation);
        }
    }
    document
}

fn complete_operation(operation: &mut Map<String, Value>) {
    let public = operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|choices| choices.iter().any(|choice| choice.as_object().is_some_and(Map::is_empty)));
    let takes_input = operation.contains_key("requestBody") || operation.contains_key("parameters");
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    if !public {
        responses.entry("401").or_insert_with(|| json!({ "description": "No token, or one that lets nobody in" }));
    }
    if takes_input {
        responses.entry("422").or_insert_with(|| json!({ "description": "The body or a parameter is wrong" }));
    }
    responses.entry("default").or_insert_with(|| json!({ "description": "Any other problem" }));
    for (status, response) in responses {
        let Value::Object(response) = response else { continue };
        if status.starts_with(['4', '5', 'd']) && !response.contains_key("content") {
            let content =
                json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
            response.insert("content".to_owned(), content);
        }
    }
}

fn problem_schema() -> Value {
    let text = json!({ "type": "string" });
    let codes: Vec<_> = Code::VARIANTS.iter().map(|code| code.as_str()).collect();
    let field_error = |names: &[&str]| {
        let properties: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
        json!({ "type": "object", "properties": properties })
    };
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457). Some problems carry more members; `/problems/<code>` explains each.",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "success", "error"],
        "properties": {
            "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "instance": text,
            "code": { "type": "string", "enum": codes }, "request_id": text, "success": { "type": "boolean", "const": false },
            "errors": { "type": "array", "items": field_error(&["field", "pointer", "code", "message"]) },
            "error": {
                "type": "object",
                "description": "The same for clients of the old platforms",
                "properties": {
                    "type": text, "message": text, "status_code": { "type": "integer" },
                    "details": { "type": "array", "items": field_error(&["field", "message", "type"]) },
                },
            },
        },
    })
}

/// Lays one object over another, deeply.
fn merge(target: &mut Value, source: Value) {
    match (target, source) {
        (Value::Object(target), Value::Object(source)) => {
            for (name, value) in source {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, source) => *target = source,
    }
}
