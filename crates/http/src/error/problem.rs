//! The body of every error: problem details (RFC 9457) that the old platforms' clients read too.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use astegni_domain::validation::{FieldError, Violations};
use serde_json::{Map, Value, json};

use super::Code;

/// An error on its way to the caller.
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    origin: Option<Origin>,
}

/// What went wrong, before it is known in which request.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    extras: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The request in which it went wrong.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The path that the caller asked for.
    pub instance: String,
    /// The request's id.
    pub request_id: String,
}

impl ApiError {
    /// An error with its words for the caller.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let problem =
            Problem { code, detail: detail.into(), errors: Vec::new(), extras: Map::new(), headers: Vec::new() };
        Self { problem: Box::new(problem), origin: None }
    }

    /// Everything that is wrong with an input.
    pub fn invalid(violations: &Violations) -> Self {
        let words = violations.errors().iter().map(|error| format!("{} {}", error.field, error.message));
        let mut error = Self::new(Code::ValidationFailed, words.collect::<Vec<_>>().join("; "));
        error.problem.errors = violations.errors().to_vec();
        error
    }

    /// There is nothing here, or nothing for the caller to know.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("{what} not found"))
    }

    /// Our fault: logged here, once; the caller learns nothing but the request's id.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %chain(error), "internal error");
        Self::new(Code::InternalError, "Something went wrong on our side")
    }

    /// Too much is going on, or the database is away.
    pub fn unavailable(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = %chain(error), "unavailable");
        Self::busy()
    }

    /// Too much is going on.
    pub fn busy() -> Self {
        Self::new(Code::Unavailable, "The service is busy; please try again").retry_after(1)
    }

    /// No token came along.
    pub fn not_authenticated() -> Self {
        Self::new(Code::NotAuthenticated, "Not authenticated")
    }

    /// The token lets nobody in.
    pub fn invalid_token() -> Self {
        Self::new(Code::InvalidToken, "Could not validate credentials")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
    }

    /// Adds a typed member to the body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.problem.extras.insert(name.to_owned(), value.into());
        self
    }

    /// Says in how many seconds to try again.
    #[must_use]
    pub fn retry_after(self, seconds: i64) -> Self {
        self.with("retry_after", seconds).header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.problem.headers.push((name, value));
        self
    }

    /// Says in which request it went wrong.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }
}

impl Problem {
    /// The problem of an answer that the framework gave by itself.
    pub fn of_status(status: StatusCode) -> Self {
        let code = Code::of_status(status);
        let (_, title, _, advice) = code.explain();
        let detail = if code == Code::NotFound { "Not found".to_owned() } else { format!("{title}. {advice}") };
        Self { code, detail, errors: Vec::new(), extras: Map::new(), headers: Vec::new() }
    }

    /// The body, for a request. `success` and `error` are what the old platforms' clients read.
    pub fn body(&self, origin: &Origin, status: StatusCode) -> String {
        let (word, title, _, _) = self.code.explain();
        let mut body = json!({
            "type": format!("/problems/{}", self.code.slug()),
            "title": title,
            "status": status.as_u16(),
            "detail": self.detail,
            "instance": origin.instance,
            "code": word,
            "request_id": origin.request_id,
            "success": false,
            "error": { "type": word, "message": self.detail, "status_code": status.as_u16() },
        });
        if let Value::Object(body) = &mut body {
            if !self.errors.is_empty() {
                body.insert("errors".to_owned(), self.errors.iter().map(new_error).collect());
                if let Some(Value::Object(error)) = body.get_mut("error") {
                    error.insert("details".to_owned(), self.errors.iter().map(old_error).collect());
                }
            }
            body.extend(self.extras.clone());
        }
        body.to_string()
    }
}

fn new_error(error: &FieldError) -> Value {
    let pointer = format!("/{}", error.field.replace('.', "/"));
    json!({ "field": error.field, "pointer": pointer, "code": error.code, "message": error.message })
}

fn old_error(error: &FieldError) -> Value {
    json!({ "field": error.field, "message": error.message, "type": error.code })
}

/// An error with what caused it, for the log.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.code.as_str(), self.problem.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.problem.code.status()
    }

    /// Where the request is not known yet, the body is left to the middleware that knows it.
    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut response = HttpResponse::new(status);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        for (name, value) in &self.problem.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        let Some(origin) = &self.origin else {
            response.extensions_mut().insert::<Problem>(self.problem.as_ref().clone());
            return response;
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Ok(id) = HeaderValue::from_str(&origin.request_id) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        response.set_body(actix_web::body::BoxBody::new(self.problem.body(origin, status)))
    }
}
