//! The body of every error: problem details (RFC 9457), extended with the members that clients of the old platform
//! read.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use astegni_domain::validation::{FieldError, Violations};
use serde_json::{Map, Value, json};

use super::{Code, Explanation};

/// An error of a handler or extractor, rendered as a [`Problem`].
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    origin: Option<Origin>,
}

/// The part of a problem that does not depend on the request.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    extras: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The part of a problem that identifies the request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Path of the request, as the client sent it but without secrets.
    pub instance: String,
    /// Value of `X-Request-Id`.
    pub request_id: String,
}

/// The code of a rejected `grant_type` field, which OAuth 2 reports under the same name.
pub(crate) const UNSUPPORTED_GRANT_TYPE: &str = "unsupported_grant_type";

impl ApiError {
    /// Creates an error with a sentence for the client's user.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { problem: Box::new(Problem::new(code, detail)), origin: None }
    }

    /// Creates the 422 that lists every invalid field.
    pub fn invalid(violations: &Violations) -> Self {
        let sentences = violations.errors().iter().map(|error| format!("{} {}", error.field, error.message));
        let mut error = Self::new(Code::ValidationFailed, sentences.collect::<Vec<_>>().join("; "));
        error.problem.errors = violations.errors().to_vec();
        error
    }

    /// Creates the 404 for a resource that does not exist or that the caller may not see.
    pub fn not_found(resource: &str) -> Self {
        Self::new(Code::NotFound, format!("{resource} not found"))
    }

    /// Logs the error and creates a 500 that reveals nothing but the request id.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %chain(error), "internal error");
        Self::new(Code::InternalError, "An unexpected error occurred")
    }

    /// Logs the error and creates the 503 of [`ApiError::busy`].
    pub fn unavailable(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = %chain(error), "unavailable");
        Self::busy()
    }

    /// Creates the 503 of an overloaded server.
    pub fn busy() -> Self {
        Self::new(Code::Unavailable, "The service is busy. Please try again.").retry_after(1)
    }

    /// Creates the 401 for a request without an access token.
    pub fn not_authenticated() -> Self {
        Self::new(Code::NotAuthenticated, "Not authenticated")
    }

    /// Creates the 401 for a malformed, expired or revoked access token.
    pub fn invalid_token() -> Self {
        Self::new(Code::InvalidToken, "Could not validate credentials")
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))
    }

    /// Adds an extension member to the body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.problem.extras.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the number of seconds to wait, as a header and as a member of the body.
    #[must_use]
    pub fn retry_after(self, seconds: i64) -> Self {
        self.with("retry_after", seconds).header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.problem.headers.push((name, value));
        self
    }

    /// Adds the members `error` and `error_description` of OAuth 2 (RFC 6749, section 5.2). `error` takes the place of
    /// the object that clients of the old platform read.
    #[must_use]
    pub fn for_oauth(self) -> Self {
        let problem = &self.problem;
        let unsupported_grant = problem.errors.iter().any(|error| error.code == UNSUPPORTED_GRANT_TYPE);
        let error = match problem.code {
            Code::WrongCredentials | Code::InvalidRefreshToken | Code::TokenReuse => "invalid_grant",
            Code::InternalError => "server_error",
            Code::Unavailable => "temporarily_unavailable",
            _ if unsupported_grant => UNSUPPORTED_GRANT_TYPE,
            _ => "invalid_request",
        };
        let description = problem.detail.clone();
        self.with("error", error).with("error_description", description)
    }

    /// Attaches the request, which completes the body.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }
}

impl Problem {
    /// Creates a problem with a sentence for the client's user.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), extras: Map::new(), headers: Vec::new() }
    }

    /// Creates the problem for an error response of the framework.
    pub fn of_status(status: StatusCode) -> Self {
        let code = Code::of_status(status);
        let Explanation { title, advice, .. } = code.explanation();
        let detail = if code == Code::NotFound { title.to_owned() } else { format!("{title}. {advice}") };
        Self::new(code, detail)
    }

    /// Renders the JSON body. Clients of the old platform read `success` and `error`.
    pub fn body(&self, origin: &Origin, status: StatusCode) -> String {
        let name = self.code.as_str();
        let mut body = json!({
            "type": format!("/problems/{}", self.code.slug()),
            "title": self.code.explanation().title,
            "status": status.as_u16(),
            "detail": self.detail,
            "instance": origin.instance,
            "code": name,
            "request_id": origin.request_id,
            "success": false,
            "error": { "type": name, "message": self.detail, "status_code": status.as_u16() },
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

/// Joins the messages of an error and its sources, for the log.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut messages = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        messages.push_str(": ");
        messages.push_str(&error.to_string());
        cause = error.source();
    }
    messages
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.code.as_str(), self.problem.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.problem.code.explanation().status
    }

    /// Renders the body if the request is known. Otherwise `boundary` does, which finds the problem in the
    /// response's extensions.
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
