//! Ids in paths.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::ids::parse_id;

use crate::error::{ApiError, Code};

/// The last id of a path, regardless of the name of its parameter. Anything else in its place is not found.
pub struct PathId(pub i64);

impl FromRequest for PathId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().iter().last().and_then(|(_, segment)| parse_id(segment).ok());
        ready(id.map(Self).ok_or_else(|| ApiError::new(Code::NotFound, "Not found")))
    }
}
