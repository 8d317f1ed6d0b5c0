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
        ready(id.map(Self).ok_or_else(not_found))
    }
}

/// All `N` ids of a path, in its order. Anything else in the place of one is not found.
pub struct PathIds<const N: usize>(pub [i64; N]);

impl<const N: usize> FromRequest for PathIds<N> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ids: Result<Vec<_>, _> = request.match_info().iter().map(|(_, segment)| parse_id(segment)).collect();
        let ids = ids.ok().and_then(|ids| ids.try_into().ok());
        ready(ids.map(Self).ok_or_else(not_found))
    }
}

fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "Not found")
}
