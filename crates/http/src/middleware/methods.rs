//! Unknown paths and unsupported methods, decided before a handler is chosen.
//!
//! The router tries every route of a path and method in turn, so a word in place of an id would reach the handler of an
//! id. The OpenAPI document knows better: it names the type of each path parameter.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, ResponseError};
use astegni_domain::ids::parse_id;
use serde_json::Value;

use crate::error::{ApiError, Code};

/// Paths that the OpenAPI document leaves out. All of them support GET only.
const UNDOCUMENTED: [&str; 3] = ["/openapi.json", "/docs", "/docs/{file}"];

/// The methods of every path.
pub struct MethodTable(Vec<PathEntry>);

struct PathEntry {
    segments: Vec<Segment>,
    /// Upper-case names of the methods, without HEAD and OPTIONS.
    methods: Vec<String>,
}

/// A segment of a path template. The order is that of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    /// An id and the text behind it, such as `.ics`.
    Id(String),
    /// Any text that ends with this one.
    Text(String),
}

impl Segment {
    fn matches(&self, segment: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == segment,
            Self::Id(end) => segment.strip_suffix(end.as_str()).is_some_and(|id| parse_id(id).is_ok()),
            Self::Text(end) => segment.ends_with(end.as_str()),
        }
    }
}

impl MethodTable {
    /// Reads the table from the OpenAPI document.
    pub fn new(document: &Value) -> Self {
        let documented = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let documented = documented.filter_map(|(path, item)| Some(PathEntry::new(path, item.as_object()?)));
        let undocumented = UNDOCUMENTED.map(|path| {
            let get = Value::Object([("get".to_owned(), Value::Null)].into_iter().collect());
            PathEntry::new(path, get.as_object().unwrap_or(&serde_json::Map::new()))
        });
        let mut entries: Vec<_> = documented.chain(undocumented).collect();
        entries.sort_by(|one, other| one.segments.cmp(&other.segments));
        Self(entries)
    }

    /// Returns the methods of a path, or `None` if there is no such path.
    fn methods(&self, path: &str) -> Option<&[String]> {
        let segments: Vec<_> = path.split('/').collect();
        let entry = self.0.iter().find(|entry| {
            entry.segments.len() == segments.len()
                && entry.segments.iter().zip(&segments).all(|(pattern, segment)| pattern.matches(segment))
        });
        entry.map(|entry| entry.methods.as_slice())
    }
}

impl PathEntry {
    fn new(path: &str, operations: &serde_json::Map<String, Value>) -> Self {
        let parameters = operations.values().filter_map(|operation| operation.get("parameters")?.as_array()).flatten();
        let ids: Vec<_> = parameters
            .filter(|parameter| parameter.get("in").is_some_and(|place| place == "path"))
            .filter(|parameter| parameter.pointer("/schema/type").is_some_and(|kind| kind == "integer"))
            .filter_map(|parameter| parameter.get("name")?.as_str())
            .collect();
        let segment = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((name, end)) if ids.contains(&name) => Segment::Id(end.to_owned()),
            Some((_, end)) => Segment::Text(end.to_owned()),
            None => Segment::Literal(segment.to_owned()),
        };
        Self {
            segments: path.split('/').map(segment).collect(),
            methods: operations.keys().map(|method| method.to_uppercase()).collect(),
        }
    }
}

/// Returns the value of `Allow`. HEAD is supported with GET, OPTIONS everywhere.
fn allow(methods: &[String]) -> String {
    let names = methods.iter().flat_map(|method| match method.as_str() {
        "GET" => vec!["GET", "HEAD"],
        method => vec![method],
    });
    names.chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}

/// Responds to OPTIONS, to methods that a path does not support (405) and to unknown paths of the API (404).
pub async fn check_method<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let response = match request.app_data::<Data<MethodTable>>().map(|table| table.methods(request.path())) {
        Some(None) if request.path().starts_with("/api/") => {
            ApiError::new(Code::NotFound, "Not found").error_response()
        }
        Some(Some(methods)) if !methods.iter().any(|method| method == request.method().as_str()) => {
            let allow = allow(methods);
            let mut response = if request.method() == Method::OPTIONS {
                HttpResponse::NoContent().finish()
            } else {
                let detail = format!("This path supports {allow}");
                ApiError::new(Code::MethodNotAllowed, detail).error_response()
            };
            if let Ok(allow) = HeaderValue::from_str(&allow) {
                response.headers_mut().insert(ALLOW, allow);
            }
            response
        }
        _ => return next.call(request).await.map(ServiceResponse::map_into_left_body),
    };
    Ok(request.into_response(response).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table() -> MethodTable {
        let id =
            |name: &str| json!({ "parameters": [{ "name": name, "in": "path", "schema": { "type": "integer" } }] });
        let text = json!({ "parameters": [{ "name": "code", "in": "path", "schema": { "type": "string" } }] });
        MethodTable::new(&json!({ "paths": {
            "/api/v1/things": { "get": {}, "post": {} },
            "/api/v1/things/{id}": { "get": id("id"), "delete": id("id") },
            "/api/v1/things/check": { "post": {} },
            "/api/v1/things/{id}.ics": { "get": id("id") },
            "/problems/{code}": { "get": text },
        } }))
    }

    #[test]
    fn a_word_is_not_an_id_and_a_literal_takes_precedence() {
        let table = table();
        let methods = |path| table.methods(path).map(allow);
        assert_eq!(methods("/api/v1/things/check").as_deref(), Some("POST, OPTIONS"));
        assert_eq!(methods("/api/v1/things/7").as_deref(), Some("DELETE, GET, HEAD, OPTIONS"));
        assert_eq!(methods("/api/v1/things").as_deref(), Some("GET, HEAD, POST, OPTIONS"));
        assert_eq!(methods("/api/v1/things/7.ics").as_deref(), Some("GET, HEAD, OPTIONS"));
        for path in [
            "/api/v1/things/abc",
            "/api/v1/things/abc.ics",
            "/api/v1/things/01",
            "/api/v1/things/+1",
            "/api/v1/things/",
            "/api/v1",
        ] {
            assert_eq!(methods(path), None, "{path}");
        }
    }

    #[test]
    fn other_parameters_match_any_text() {
        let table = table();
        for path in ["/problems/not-found", "/openapi.json", "/docs", "/docs/", "/docs/swagger-ui.css"] {
            assert_eq!(table.methods(path).map(allow).as_deref(), Some("GET, HEAD, OPTIONS"), "{path}");
        }
        assert_eq!(table.methods("/nowhere"), None);
    }
}
