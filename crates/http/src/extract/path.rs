//! Ids in paths.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::validation::{Invalid, Violations};

use crate::error::ApiError;

/// The one id of a path, whatever it is called there.
pub struct PathId(pub i64);

impl FromRequest for PathId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let segment = request.match_info().iter().last();
        let id = segment.and_then(|(_, text)| text.parse::<i64>().ok()).filter(|id| *id > 0);
        ready(id.map(Self).ok_or_else(|| {
            let mut violations = Violations::new();
            let name = segment.map_or("id", |(name, _)| name);
            violations.add(name, Invalid::new("invalid_type", "must be a positive integer"));
            ApiError::invalid(&violations)
        }))
    }
}
