//! Query strings.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::{Parse, parse_form, received_at};
use crate::error::ApiError;

/// A parsed query string. Every field of `T` must be an `Option<String>`: the words are parsed like those
/// of a body, so that all mistakes are told at once.
pub struct Query<T: Parse>(pub T::Command);

impl<T: Parse + DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string().as_bytes();
        ready(received_at(request).and_then(|now| parse_form::<T>(query, now)).map(Self))
    }
}
