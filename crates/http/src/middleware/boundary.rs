//! The outermost layer: every request gets an id, a span and a timeout; every error, also of the framework, becomes a
//! problem; a panic becomes a 500.

use std::any::Any;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_cors::CorsError;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    self, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderMap, HeaderName, HeaderValue, ORIGIN,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use futures_util::FutureExt;
use tracing::Instrument;
use uuid::Uuid;

use super::redaction::redact;
use super::validators::settle_coding;
use crate::error::{ApiError, Code, Origin, Problem};

/// The time after which a request is aborted with 503.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Extension of a request: the time after which it is aborted.
#[derive(Clone)]
struct Deadline(Rc<Cell<Duration>>);

/// Lets a request wait for longer than [`REQUEST_TIMEOUT`], because its client has asked for that.
pub fn extend_deadline(request: &HttpRequest, wait: Duration) {
    if let Some(Deadline(timeout)) = request.extensions().get() {
        timeout.set(REQUEST_TIMEOUT + wait);
    }
}

/// Runs a handler until it ends or the deadline has passed, which the handler may extend.
async fn within<T>(Deadline(timeout): Deadline, handling: impl Future<Output = T>) -> Option<T> {
    let (started, mut handling) = (tokio::time::Instant::now(), pin!(handling));
    loop {
        let limit = timeout.get();
        match tokio::time::timeout_at(started + limit, &mut handling).await {
            Ok(output) => return Some(output),
            Err(_) if timeout.get() == limit => return None,
            Err(_) => {}
        }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The origins whose pages may call the API from a browser.
#[derive(Debug, Clone, Default)]
pub struct CorsOrigins(pub Vec<String>);

/// Handles a request from its first header to its last.
pub async fn boundary(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let origin = Origin { instance: redact(request.path()).to_owned(), request_id: request_id(request.headers()) };
    let cors = cors_headers(&request);
    // GET handlers serve HEAD as well; the server omits the body (RFC 9110, section 9.3.2).
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let deadline = Deadline(Rc::new(Cell::new(REQUEST_TIMEOUT)));
    request.extensions_mut().insert(deadline.clone());
    let span =
        tracing::info_span!("request", id = %origin.request_id, method = %request.method(), path = %origin.instance);
    async {
        let outcome = within(deadline, AssertUnwindSafe(next.call(request)).catch_unwind()).await;
        let response = match outcome {
            Some(Ok(Ok(response))) => response.map_into_boxed_body(),
            Some(Ok(Err(error))) => {
                let code = Code::of_status(error.as_response_error().status_code());
                tracing::warn!(%error, "a middleware rejected the request");
                return Err(with_headers(ApiError::new(code, code.explanation().title), cors).at(origin).into());
            }
            Some(Err(panic)) => {
                tracing::error!(panic = panic_message(panic.as_ref()), "a handler panicked");
                let error = ApiError::new(Code::InternalError, "An unexpected error occurred");
                return Err(with_headers(error, cors).at(origin).into());
            }
            None => {
                tracing::error!("a request timed out");
                return Err(with_headers(ApiError::busy(), cors).at(origin).into());
            }
        };
        let mut response = explain(response, &origin);
        if is_head && response.response().body().size() == BodySize::Stream {
            // The server would wait for the end of a body that it does not send.
            response = response.map_body(|_, _| BoxBody::new(actix_web::body::None::new()));
        }
        finish(response.headers_mut(), &origin);
        tracing::info!(
            status = response.status().as_u16(),
            elapsed_us = microseconds(started.elapsed()),
            "response sent"
        );
        Ok(response)
    }
    .instrument(span)
    .await
}

/// Returns the client's own id of the request if it is well-formed, otherwise a new one that sorts by time.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let well_formed = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given.filter(well_formed).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Renders the body of an error: the problem of a handler, or one for the status alone.
fn explain(mut response: ServiceResponse<BoxBody>, origin: &Origin) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.response_mut().extensions_mut().remove::<Problem>();
    let problem = problem.or_else(|| of_preflight(&response)).unwrap_or_else(|| Problem::of_status(status));
    let body = problem.body(origin, status);
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    response.headers_mut().remove(header::CONTENT_ENCODING);
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Creates the problem for a preflight that the CORS layer rejected.
fn of_preflight(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let error = response.response().error()?.as_error::<CorsError>()?;
    Some(Problem::new(Code::BadRequest, error.to_string()))
}

/// Sets the headers that every response has.
fn finish(headers: &mut HeaderMap, origin: &Origin) {
    if let Ok(id) = HeaderValue::from_str(&origin.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    settle_coding(headers);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
        // An unlisted origin learns nothing about the listed ones.
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Returns the CORS headers for an error that bypasses the CORS layer, such as a panic.
fn cors_headers(request: &ServiceRequest) -> Vec<(HeaderName, HeaderValue)> {
    let allowed = request.app_data::<Data<CorsOrigins>>();
    let origin = request.headers().get(ORIGIN);
    match (origin, allowed) {
        (Some(origin), Some(allowed)) if allowed.0.iter().any(|one| one.as_bytes() == origin.as_bytes()) => vec![
            (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
            (ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
            (header::VARY, HeaderValue::from_static("Origin")),
        ],
        _ => Vec::new(),
    }
}

fn with_headers(error: ApiError, headers: Vec<(HeaderName, HeaderValue)>) -> ApiError {
    headers.into_iter().fold(error, |error, (name, value)| error.header(name, value))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

fn microseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpResponse, web};
    use serde_json::Value;

    use super::*;

    fn panic_on_purpose() -> HttpResponse {
        panic!("on purpose")
    }

    /// Calls a path of a small application and returns the status and the body of the response.
    async fn call(path: &str) -> (u16, Value) {
        let slow = || async {
            tokio::time::sleep(REQUEST_TIMEOUT + Duration::from_millis(1)).await;
            HttpResponse::Ok().finish()
        };
        let app = App::new()
            .route("/slow", web::get().to(slow))
            .route("/panic", web::get().to(|| async { panic_on_purpose() }))
            .route("/teapot", web::get().to(|| async { HttpResponse::ImATeapot().body("short and stout") }))
            .wrap(from_fn(boundary));
        let service = init_service(app).await;
        let request = TestRequest::get().uri(path).insert_header(("X-Request-Id", "abc")).to_request();
        let response = match actix_web::dev::Service::call(&service, request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let status = response.status().as_u16();
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        assert_eq!(response.headers().get(REQUEST_ID).unwrap(), "abc");
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn panics_timeouts_and_errors_of_the_framework_are_problems() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        for (path, status, code) in
            [("/panic", 500, "internal_error"), ("/slow", 503, "unavailable"), ("/teapot", 418, "bad_request")]
        {
            let (answered, body) = runtime.block_on(call(path));
            assert_eq!(answered, status, "{path}");
            assert_eq!((&body["code"], &body["status"]), (&Value::from(code), &Value::from(status)), "{path}");
            assert_eq!((&body["instance"], &body["request_id"]), (&Value::from(path), &Value::from("abc")), "{path}");
            assert_eq!(body["success"], false, "{path}");
            assert_eq!(body["error"]["status_code"], status, "{path}");
            assert!(!body.to_string().contains("on purpose"), "{path}");
        }
    }

    #[test]
    fn a_handler_may_wait_for_longer_if_it_says_so() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let wait = Duration::from_secs(60);
        for (extension, slept, is_done) in
            [(None, wait, false), (Some(wait), wait, true), (Some(wait), wait + REQUEST_TIMEOUT * 2, false)]
        {
            let deadline = Deadline(Rc::new(Cell::new(REQUEST_TIMEOUT)));
            let request = TestRequest::default().to_http_request();
            request.extensions_mut().insert(deadline.clone());
            let handling = async {
                if let Some(wait) = extension {
                    extend_deadline(&request, wait);
                }
                tokio::time::sleep(slept).await;
            };
            assert_eq!(runtime.block_on(within(deadline, handling)).is_some(), is_done, "{extension:?} {slept:?}");
        }
    }
}
