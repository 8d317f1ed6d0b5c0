//! The OpenAPI 3.1 document: the routes' own descriptions, completed with what all of them share.

use serde_json::{Map, Value, json};
use strum::VariantArray;
use utoipa::openapi::OpenApi;

use crate::error::Code;
use crate::routes;

/// The introduction of the document, in Markdown.
const INTRODUCTION: &str = "\
The API of a tutoring marketplace: accounts, connections between users, tutors and their packages, session requests, \
sessions, chat and live events.

**Paths.** `/api/v1` is the canonical prefix. Every path is also served under `/api`, for clients of the previous \
platform.

**Authentication.** Send `Authorization: Bearer <access token>`. Registering and logging in return an access token \
and a refresh token; exchange the latter when the former expires.

**Formats.** Instants are RFC 3339 in UTC. Dates are `YYYY-MM-DD`; times are `HH:MM` or `HH:MM:SS` in requests and \
`HH:MM:SS` in responses. Prices are JSON numbers with at most two decimals and are never rounded. Unknown fields are \
ignored. In POST, `null` equals a missing field; in PUT and PATCH, a missing field is left unchanged and `null` clears \
a nullable one.

**Lists** return up to `limit` items (1 to 100, 20 by default; 100 by default under `/api`). A `Link` header with \
`rel=\"next\"` leads to the next page, if there is one.

**Events.** Each user has a log of the changes that concern them: messages, session requests, sessions, connections and \
guardianships. `GET /api/v1/events` reads it, waits for the next event or streams; `GET /api/v1/ws` is a WebSocket with the \
same events, and with typing and presence. Every event has a `cursor`; a client that continues from the last one it has \
seen misses nothing and sees nothing twice. Events are kept for 7 days; after a 410, load the current state and read from \
now on.

**Errors** have the media type `application/problem+json`. Programs distinguish them by `code`, which \
`/problems/{code}` explains. Status 422 lists all invalid fields at once.

**Limits.** A request body has at most 64 KiB, that of a chat message 128 KiB, after decompression if it is sent with \
`Content-Encoding: gzip`, and must arrive within 15 seconds. A request is aborted after 30 seconds, plus the time that it asks to wait for events. Queries must be percent-encoded in UTF-8. A request \
that is not valid HTTP gets a 400, and one with more than 96 headers or 128 KiB of them a 431, without a body.

**Tracing.** Every response has an `X-Request-Id`. A client may send its own: 1 to 64 letters, digits, `-`, `_` or `.`.";

/// Returns the document.
pub fn document() -> Value {
    complete(&routes::describe())
}

/// Adds to the collected descriptions: the introduction, authentication, and the errors that any operation may return.
fn complete(collected: &OpenApi) -> Value {
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    merge(&mut document, json!({ "info": null, "components": { "schemas": { "Problem": problem_schema() } } }));
    merge(
        &mut document,
        json!({
            "info": {
                "title": "Astegni",
                "version": env!("CARGO_PKG_VERSION"),
                "summary": "The API of a tutoring marketplace",
                "description": INTRODUCTION,
                "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            },
            "servers": [{ "url": "/", "description": "This server" }],
            "security": [{ "bearer": [] }, { "password": [] }],
            "tags": [
                { "name": "accounts", "description": "Accounts, roles and signed-in devices" },
                { "name": "families", "description": "Children and guardians" },
                { "name": "connections", "description": "Follows, friendships and blocks between users" },
                { "name": "tutoring", "description": "Tutor profiles and packages" },
                { "name": "requests", "description": "Session requests and their acceptance" },
                { "name": "schedule", "description": "Booked sessions" },
                { "name": "chat", "description": "Conversations and messages. Clients of the previous platform may send the query parameter `user_id`, which must be the id of the caller" },
                { "name": "events", "description": "Live events" },
                { "name": "platform", "description": "Health checks and error codes" },
            ],
            "components": { "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token from registering, logging in or refreshing",
                },
                "password": {
                    "type": "oauth2",
                    "description": "E-mail address (as username) and password",
                    "flows": { "password": {
                        "tokenUrl": "/api/v1/auth/login",
                        "refreshUrl": "/api/v1/auth/refresh",
                        "scopes": {},
                    } },
                },
            } },
        }),
    );
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    operations.flat_map(Map::values_mut).filter_map(Value::as_object_mut).for_each(complete_operation);
    document
}

fn complete_operation(operation: &mut Map<String, Value>) {
    let id = operation.get("operationId").and_then(Value::as_str);
    if id.is_some_and(|id| id.ends_with("_at_old_path")) {
        operation.insert("deprecated".to_owned(), Value::Bool(true));
    }
    let security = operation.get("security").and_then(Value::as_array);
    let is_public = security.is_some_and(|choices| choices.contains(&json!({})));
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let has_path = parameters.into_iter().flatten().any(|parameter| parameter.get("in") == Some(&json!("path")));
    let has_query = parameters.into_iter().flatten().any(|parameter| parameter.get("in") == Some(&json!("query")));
    let has_input = has_query || operation.contains_key("requestBody");
    let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
    for (status, applies, description) in [
        ("401", !is_public, "Missing, invalid or expired access token"),
        ("404", has_path, "The resource does not exist or is not visible to the caller"),
        ("422", has_input, "Invalid body or parameter"),
        ("default", true, "Any other error"),
    ] {
        if applies {
            responses.entry(status).or_insert_with(|| json!({ "description": description }));
        }
    }
    for (status, response) in responses {
        let Value::Object(response) = response else { continue };
        if status.starts_with(['4', '5', 'd']) && !response.contains_key("content") {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            response.insert("content".to_owned(), json!({ "application/problem+json": { "schema": schema } }));
        }
    }
}

fn problem_schema() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let integer = |description: &str| json!({ "type": "integer", "description": description });
    let codes: Vec<_> = Code::VARIANTS.iter().map(|code| code.as_str()).collect();
    let field = text("Path of the field, with dots: `sessions.0.start_time`");
    let message = text("Continues a sentence that begins with the name of the field");
    json!({
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "success", "error"],
        "properties": {
            "type": text("Path of the explanation of `code`"),
            "title": text("Two or three words, the same for every error with this `code`"),
            "status": integer("HTTP status of the response"),
            "detail": text("A sentence for the user of the client"),
            "instance": text("Path of the request"),
            "code": { "type": "string", "enum": codes, "description": "The kind of error" },
            "request_id": text("Value of `X-Request-Id`, to quote in a report"),
            "errors": {
                "type": "array",
                "description": "With status 422 only: every invalid field",
                "items": {
                    "type": "object",
                    "required": ["field", "pointer", "code", "message"],
                    "properties": {
                        "field": field,
                        "pointer": text("JSON pointer to the field: `/sessions/0/start_time`"),
                        "code": text("The kind of violation: `required`, `invalid_type`, `too_long`"),
                        "message": message,
                    },
                },
            },
            "current_status": text("The status that prevents the change"),
            "existing_request_id": integer("The pending session request"),
            "conflicts": {
                "type": "array",
                "description": "The sessions that cannot be booked",
                "items": { "$ref": "#/components/schemas/ConflictBody" },
            },
            "retry_after": integer("Seconds to wait before the next attempt, as in `Retry-After`"),
            "success": { "type": "boolean", "const": false, "description": "For clients of the previous platform" },
            "error": {
                "type": "object",
                "description": "The same error, for clients of the previous platform",
                "required": ["type", "message", "status_code"],
                "properties": {
                    "type": text("Same as `code`"),
                    "message": text("Same as `detail`"),
                    "status_code": integer("Same as `status`"),
                    "details": {
                        "type": "array",
                        "description": "Same as `errors`",
                        "items": {
                            "type": "object",
                            "required": ["field", "message", "type"],
                            "properties": {
                                "field": field,
                                "message": message,
                                "type": text("Same as `code` in `errors`"),
                            },
                        },
                    },
                },
            },
        },
    })
}

/// Merges one JSON object into another, recursively.
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
