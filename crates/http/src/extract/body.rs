//! JSON bodies, parsed into commands.

use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue,
};
use actix_web::web::{Bytes, BytesMut, Query};
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::json::read_object;
use super::received_at;
use crate::error::{ApiError, Code};

/// The largest size of most request bodies in bytes, before and after decompression.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The time that a client has to send a body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Input that becomes a command, or a list of its invalid fields.
pub trait Parse {
    /// The argument of a service.
    type Command;

    /// The largest size of a body in bytes, before and after decompression.
    const MAX_BYTES: usize = MAX_BODY_BYTES;

    /// Reads the fields at the instant `now`. Input with any entry in `violations` is rejected; a command is then not
    /// needed.
    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command>;
}

/// A parsed JSON body.
///
/// Serde must consider every field of `T` optional, so that a missing field is reported together with all other
/// errors. PUT and PATCH require a body; the missing body of another method is read as an empty object.
pub struct Body<T: Parse>(pub T::Command);

impl<T: Parse + DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let now = received_at(request);
        let json = read_json(request, payload, T::MAX_BYTES);
        Box::pin(async move { parse_json::<T>(&json.await?, now?).map(Self) })
    }
}

/// Input that becomes a draft. A draft carries the violations of its fields to the rules, which add theirs.
pub trait ParseDraft {
    /// The argument of a service.
    type Draft;

    /// Reads the fields. `violations` has the fields of a wrong type.
    fn parse(self, violations: Violations) -> Self::Draft;
}

/// A JSON body parsed into a draft, see [`Body`].
pub struct DraftBody<T: ParseDraft>(pub T::Draft);

impl<T: ParseDraft + DeserializeOwned> FromRequest for DraftBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = read_json(request, payload, MAX_BODY_BYTES);
        Box::pin(async move {
            let mut violations = Violations::new();
            match read_object::<T>(&json.await?, &mut violations) {
                Some(input) => Ok(Self(input.parse(violations))),
                None => Err(ApiError::invalid(&violations)),
            }
        })
    }
}

/// Reads the text of a JSON body. The missing body of a method other than PUT and PATCH is an empty object.
fn read_json(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let media_type = media_type(request);
    let is_update = [Method::PUT, Method::PATCH].contains(request.method());
    let body = read_body(request, payload, limit);
    async move {
        let body = body.await?;
        if !body.is_empty() {
            require_json(&media_type)?;
            return Ok(body);
        }
        if is_update {
            let mut violations = Violations::new();
            violations.add("body", Invalid::new("required", "must be a JSON object"));
            return Err(ApiError::invalid(&violations));
        }
        Ok(Bytes::from_static(b"{}"))
    }
}

/// Returns the media type of a request body, without parameters and in lower case.
pub fn media_type(request: &HttpRequest) -> String {
    let value = text_of(request, &CONTENT_TYPE);
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn text_of<'a>(request: &'a HttpRequest, header: &HeaderName) -> &'a str {
    request.headers().get(header).map(|value| value.to_str().unwrap_or("?")).unwrap_or_default()
}

/// Rejects media types other than JSON.
pub fn require_json(media_type: &str) -> Result<(), ApiError> {
    let structured = media_type.starts_with("application/") && media_type.ends_with("+json");
    if media_type == "application/json" || structured {
        Ok(())
    } else {
        Err(ApiError::new(Code::UnsupportedMediaType, "Content-Type must be application/json"))
    }
}

/// Reads the body of a request within `limit` bytes and [`BODY_TIMEOUT`], and decompresses it.
pub fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let is_gzip = match text_of(request, &CONTENT_ENCODING).trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        _ => Err(ApiError::new(Code::UnsupportedMediaType, "Content-Encoding must be gzip or identity")
            .header(ACCEPT_ENCODING, HeaderValue::from_static("gzip, identity"))),
    };
    let announced = text_of(request, &CONTENT_LENGTH).parse().unwrap_or(0);
    let payload = payload.take();
    async move {
        let is_gzip = is_gzip?;
        if announced > limit {
            return Err(too_large(limit));
        }
        let late = |_| ApiError::new(Code::RequestTimeout, "The request body did not arrive in time");
        let bytes = tokio::time::timeout(BODY_TIMEOUT, collect(payload, limit)).await.map_err(late)??;
        if is_gzip { decompress(&bytes, limit) } else { Ok(bytes) }
    }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::new(Code::PayloadTooLarge, format!("The request body is larger than {} KiB", limit / 1024))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::new(Code::BadRequest, "The request body cannot be read"))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Decompresses a gzip body; never holds more than one byte over the limit.
fn decompress(body: &[u8], limit: usize) -> Result<Bytes, ApiError> {
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(body).take(one_more).read_to_end(&mut plain);
    read.map_err(|_| ApiError::new(Code::BadRequest, "The request body is not valid gzip"))?;
    if plain.len() > limit { Err(too_large(limit)) } else { Ok(plain.into()) }
}

/// Parses a JSON object.
pub fn parse_json<T: Parse + DeserializeOwned>(body: &[u8], now: DateTime<Utc>) -> Result<T::Command, ApiError> {
    let mut violations = Violations::new();
    let input = read_object::<T>(body, &mut violations);
    let command = input.and_then(|input| input.parse(now, &mut violations));
    match command {
        Some(command) if violations.is_empty() => Ok(command),
        _ => Err(ApiError::invalid(&violations)),
    }
}

/// Parses a query string or a form. `part` names the part of the request in errors: `query` or `body`.
pub fn parse_form<T: Parse + DeserializeOwned>(
    part: &str,
    form: &[u8],
    now: DateTime<Utc>,
) -> Result<T::Command, ApiError> {
    let mut violations = Violations::new();
    let form = std::str::from_utf8(form).ok().and_then(|text| Query::<T>::from_query(text).ok());
    let command = if let Some(input) = form {
        input.into_inner().parse(now, &mut violations)
    } else {
        let message = "must name each parameter at most once, percent-encoded in UTF-8";
        violations.add(part, Invalid::new("invalid_form", message));
        None
    };
    match command {
        Some(command) if violations.is_empty() => Ok(command),
        _ => Err(ApiError::invalid(&violations)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use futures_util::stream;

    use super::*;

    fn read(chunks: impl futures_util::Stream<Item = Result<Bytes, PayloadError>> + 'static) -> Result<Bytes, String> {
        read_within(MAX_BODY_BYTES, chunks)
    }

    fn read_within(
        limit: usize,
        chunks: impl futures_util::Stream<Item = Result<Bytes, PayloadError>> + 'static,
    ) -> Result<Bytes, String> {
        let request = TestRequest::default().to_http_request();
        let mut payload: Payload = Payload::Stream { payload: Box::pin(chunks) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(read_body(&request, &mut payload, limit)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_body_that_does_not_arrive_in_time_is_rejected() {
        let late = "request_timeout: The request body did not arrive in time";
        assert_eq!(read(stream::pending()), Err(late.to_owned()));
        let slow = |seconds| {
            stream::once(async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(Bytes::from_static(b"{}"))
            })
        };
        assert_eq!(read(slow(14)), Ok(Bytes::from_static(b"{}")));
        assert_eq!(read(slow(16)), Err(late.to_owned()));
    }

    #[test]
    fn a_body_without_an_announced_length_is_limited_all_the_same() {
        let chunks = |count: usize| stream::iter((0..count).map(|_| Ok(Bytes::from_static(&[b' '; 1024]))));
        assert_eq!(read(chunks(64)).map(|body| body.len()), Ok(MAX_BODY_BYTES));
        assert_eq!(read(chunks(65)), Err("payload_too_large: The request body is larger than 64 KiB".to_owned()));
        let larger = 128 * 1024;
        assert_eq!(read_within(larger, chunks(128)).map(|body| body.len()), Ok(larger));
        let refused = read_within(larger, chunks(129));
        assert_eq!(refused, Err("payload_too_large: The request body is larger than 128 KiB".to_owned()));
    }

    #[test]
    fn a_body_that_breaks_off_is_a_bad_request() {
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(PayloadError::Incomplete(None))]);
        assert_eq!(read(broken), Err("bad_request: The request body cannot be read".to_owned()));
    }
}
