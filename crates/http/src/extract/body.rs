//! JSON bodies: everything that is wrong with one is told at once, types included.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Query};
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::received_at;
use crate::error::{ApiError, Code};

/// Input that becomes a command, or a list of what is wrong with it.
pub trait Parse {
    /// What a service is given.
    type Command;

    /// Reads the fields at the instant `now`. Input with any entry in `violations` is rejected; a command is then not
    /// needed.
    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command>;
}

/// A parsed JSON body.
///
/// Every field of `T` must be optional for serde, so that a missing field is told about like any other
/// mistake.
pub struct Body<T: Parse>(pub T::Command);

impl<T: Parse + DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request);
        let now = received_at(request);
        let body = read_body(request, payload);
        Box::pin(async move {
            let (now, body) = (now?, body.await?);
            // No body says as much as an empty one.
            if body.is_empty() {
                return parse_json::<T>(b"{}", now).map(Self);
            }
            require_json(&media_type)?;
            parse_json::<T>(&body, now).map(Self)
        })
    }
}

/// The media type of a request's body, without its parameters, in lower case.
pub fn media_type(request: &HttpRequest) -> String {
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Refuses what is not JSON.
pub fn require_json(media_type: &str) -> Result<(), ApiError> {
    let structured = media_type.starts_with("application/") && media_type.ends_with("+json");
    if media_type == "application/json" || structured {
        Ok(())
    } else {
        Err(ApiError::new(Code::UnsupportedMediaType, "The body must be application/json"))
    }
}

/// How long a caller may take to send a body.
const BODY_TIME_LIMIT: Duration = Duration::from_secs(15);

/// The bytes of a request's body, as many as are allowed.
pub fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let bytes = Bytes::from_request(request, payload);
    async move {
        let late = |_| ApiError::new(Code::RequestTimeout, "The body did not arrive in time");
        tokio::time::timeout(BODY_TIME_LIMIT, bytes).await.map_err(late)?.map_err(|error| {
            let status = error.as_response_error().status_code();
            match Code::of_status(status) {
                Code::PayloadTooLarge => ApiError::new(Code::PayloadTooLarge, "The body may have at most 64 KiB"),
                _ => ApiError::new(Code::BadRequest, "The body cannot be read"),
            }
        })
    }
}

/// Reads a JSON object.
pub fn parse_json<T: Parse + DeserializeOwned>(body: &[u8], now: DateTime<Utc>) -> Result<T::Command, ApiError> {
    let mut violations = Violations::new();
    let input = match serde_json::from_slice::<T>(body) {
        Ok(input) => Some(input),
        Err(_) => without_wrong_types(body, &mut violations)?,
    };
    let command = input.and_then(|input| input.parse(now, &mut violations));
    match command {
        Some(command) if violations.is_empty() => Ok(command),
        _ => Err(ApiError::invalid(&violations)),
    }
}

/// Reads words as a form or a query string has them.
pub fn parse_form<T: Parse + DeserializeOwned>(body: &[u8], now: DateTime<Utc>) -> Result<T::Command, ApiError> {
    let mut violations = Violations::new();
    let words = std::str::from_utf8(body).ok();
    let command = if let Some(input) = words.and_then(|words| Query::<T>::from_query(words).ok()) {
        input.into_inner().parse(now, &mut violations)
    } else {
        violations.add("query", Invalid::new("invalid_form", "cannot be read"));
        None
    };
    match command {
        Some(command) if violations.is_empty() => Ok(command),
        _ => Err(ApiError::invalid(&violations)),
    }
}

fn deserialize<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_path_to_error::Error<serde_json::Error>> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body))
}

/// Reads what is left when each field of a wrong type is noted and taken out: the caller is told about what
/// is wrong with the rest as well.
fn without_wrong_types<T: DeserializeOwned>(body: &[u8], violations: &mut Violations) -> Result<Option<T>, ApiError> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let mut violations = Violations::new();
        violations.add("body", Invalid::new("invalid_json", format!("is not valid JSON: {error}")));
        ApiError::invalid(&violations)
    })?;
    let Value::Object(fields) = value else {
        violations.add("body", Invalid::new("invalid_type", "must be a JSON object"));
        return Ok(None);
    };
    let mut sound = Map::new();
    for (name, value) in fields {
        // No field needs another, so each can be read alone.
        let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        match deserialize::<T>(alone.to_string().as_bytes()) {
            Ok(_) => {
                sound.insert(name, value);
            }
            Err(error) => {
                let path = error.path().to_string().replace('[', ".").replace(']', "");
                let field = if path.starts_with(&name) { path } else { name };
                violations.add(field, Invalid::new("invalid_type", reason(error.inner())));
            }
        }
    }
    Ok(deserialize(Value::Object(sound).to_string().as_bytes()).ok())
}

/// What serde says, without where in a text that the caller never sent.
fn reason(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().unwrap_or_default().to_owned()
}
