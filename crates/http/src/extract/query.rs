//! Query strings, parsed into commands.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use astegni_domain::page::PageSize;
use serde::de::DeserializeOwned;

use super::{Parse, parse_form, received_at};
use crate::error::ApiError;
use crate::middleware::UnversionedPath;

/// A parsed query string.
///
/// Every field of `T` must be an `Option<String>`: values are parsed like those of a body, so that all errors are
/// reported at once.
pub struct Query<T: Parse>(pub T::Command);

impl<T: Parse + DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = with_default_limit(request);
        ready(received_at(request).and_then(|now| parse_form::<T>("query", query.as_bytes(), now)).map(Self))
    }
}

/// Returns the query string. On an unversioned path it gets the `limit` that clients of the old platform, which had no
/// pages, expect; parsers apply the default of the versioned API.
fn with_default_limit(request: &HttpRequest) -> Cow<'_, str> {
    let query = request.query_string();
    let has_limit = query.split('&').any(|pair| pair.split('=').next() == Some("limit"));
    if has_limit || !request.extensions().contains::<UnversionedPath>() {
        return query.into();
    }
    format!("{query}&limit={}", PageSize::MAX.get()).into()
}
