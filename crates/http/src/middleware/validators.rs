//! Strong validators and content codings.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue, VARY};
use actix_web::middleware::Next;

const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// Keeps a response with an `ETag` from being compressed: a strong validator identifies one sequence of bytes (RFC
/// 9110, section 8.8.1). The compressing middleware leaves alone what already has a coding.
pub async fn keep_validators<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if response.headers().contains_key(ETAG) {
        response.headers_mut().insert(CONTENT_ENCODING, IDENTITY);
    }
    Ok(response)
}

/// Completes the headers once the coding of a response is known: `identity` is not sent, and a response that other
/// clients may get compressed varies with `Accept-Encoding`.
pub(super) fn settle_coding(headers: &mut HeaderMap) {
    if headers.get(CONTENT_ENCODING) == Some(&IDENTITY) {
        headers.remove(CONTENT_ENCODING);
    } else if !headers.get_all(VARY).any(|names| names.as_bytes().eq_ignore_ascii_case(b"accept-encoding")) {
        headers.append(VARY, HeaderValue::from(ACCEPT_ENCODING));
    }
}
