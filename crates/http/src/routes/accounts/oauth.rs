//! Bodies that are sent as JSON or as a form of OAuth 2.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::validation::Invalid;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, Code, UNSUPPORTED_GRANT_TYPE};
use crate::extract::{MAX_BODY_BYTES, Parse, media_type, parse_form, parse_json, read_body, received_at, require_json};

/// The media type of the body, which decides how errors are rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFormat {
    /// The body is a JSON object.
    Json,
    /// The body is a form of OAuth 2, whose clients read the errors of RFC 6749, section 5.2.
    Form,
}

impl BodyFormat {
    fn of(media_type: &str) -> Self {
        if media_type == "application/x-www-form-urlencoded" { Self::Form } else { Self::Json }
    }

    /// Renders an error for the client that sent the body.
    pub(super) fn error(self, error: impl Into<ApiError>) -> ApiError {
        match self {
            Self::Json => error.into(),
            Self::Form => error.into().for_oauth(),
        }
    }
}

/// The command of a body that is the JSON object `J` or the form `F`.
pub(super) struct JsonOrForm<C, J, F> {
    pub(super) command: C,
    pub(super) format: BodyFormat,
    bodies: PhantomData<(J, F)>,
}

impl<C, J, F> FromRequest for JsonOrForm<C, J, F>
where
    C: 'static,
    J: Parse<Command = C> + DeserializeOwned,
    F: Parse<Command = C> + DeserializeOwned,
{
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = media_type(request);
        let format = BodyFormat::of(&media_type);
        let now = received_at(request);
        let body = read_body(request, payload, MAX_BODY_BYTES);
        Box::pin(async move {
            let read = async {
                let (now, body) = (now?, body.await?);
                match format {
                    BodyFormat::Form => parse_form::<F>("body", &body, now),
                    BodyFormat::Json => {
                        require_json(&media_type).map_err(|_| unsupported_media_type())?;
                        parse_json::<J>(&body, now)
                    }
                }
            };
            let command = read.await.map_err(|error| format.error(error))?;
            Ok(Self { command, format, bodies: PhantomData })
        })
    }
}

fn unsupported_media_type() -> ApiError {
    let detail = "Content-Type must be application/json or application/x-www-form-urlencoded";
    ApiError::new(Code::UnsupportedMediaType, detail)
}

/// Checks the `grant_type` of a form.
pub(super) fn require_grant_type(given: &str, expected: &str) -> Result<(), Invalid> {
    if given == expected { Ok(()) } else { Err(Invalid::new(UNSUPPORTED_GRANT_TYPE, format!("must be {expected}"))) }
}
