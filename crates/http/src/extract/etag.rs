//! Entity tags and conditional requests on single resources (RFC 9110, sections 8.8.3 and 13).
//!
//! A tag is a hash of the representation, so that it changes whenever any part of it does, whichever row that part
//! comes from.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{
    CACHE_CONTROL, ETAG, EntityTag, Header, IF_MATCH, IF_NONE_MATCH, IfMatch, IfNoneMatch, VARY,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::error::ApiError;

/// Returns the strong tag of a representation.
fn tag_of(content: &[u8]) -> EntityTag {
    EntityTag::new_strong(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, content)))
}

/// Serialises a body together with its strong tag.
fn represent(body: &impl Serialize) -> Result<(Vec<u8>, EntityTag), ApiError> {
    let json = serde_json::to_vec(body).map_err(|error| ApiError::internal(&error))?;
    let tag = tag_of(&json);
    Ok((json, tag))
}

/// Completes a response with a resource and its tag.
pub fn tagged(mut response: HttpResponseBuilder, body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    let (json, tag) = represent(body)?;
    Ok(response.insert_header((ETAG, tag)).content_type("application/json").body(json))
}

/// Responds to a GET with a resource and its tag, or with 304 if `If-None-Match` names the tag.
pub fn resource(request: &HttpRequest, body: &impl Serialize) -> Result<HttpResponse, ApiError> {
    let (json, _) = represent(body)?;
    let mut response = HttpResponse::Ok();
    response.content_type("application/json");
    Ok(validated(request, response, json))
}

/// Completes the response to a GET with its content and the tag of the content. If `If-None-Match` names the tag, the response
/// becomes a 304 with the same rules for caches (RFC 9110, section 15.4.5).
pub fn validated(request: &HttpRequest, mut response: HttpResponseBuilder, content: Vec<u8>) -> HttpResponse {
    let tag = tag_of(&content);
    let is_known = request.headers().contains_key(IF_NONE_MATCH)
        && match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        };
    let complete = response.insert_header((ETAG, tag)).body(content);
    if !is_known {
        return complete;
    }
    let mut unchanged = HttpResponse::NotModified();
    for name in [CACHE_CONTROL, ETAG, VARY] {
        for value in complete.headers().get_all(&name) {
            unchanged.append_header((name.clone(), value.clone()));
        }
    }
    unchanged.finish()
}

/// The `If-Match` header of a PUT, PATCH or DELETE.
pub struct Precondition(Option<IfMatch>);

impl Precondition {
    /// Returns whether the request has the header.
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Returns whether a write may replace a resource whose representation is `body`. A header that cannot be read
    /// matches nothing.
    pub fn allows(&self, body: &impl Serialize) -> bool {
        match &self.0 {
            None | Some(IfMatch::Any) => true,
            Some(IfMatch::Items(tags)) => {
                represent(body).is_ok_and(|(_, tag)| tags.iter().any(|known| known.strong_eq(&tag)))
            }
        }
    }
}

impl FromRequest for Precondition {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request
            .headers()
            .contains_key(IF_MATCH)
            .then(|| IfMatch::parse(request).unwrap_or_else(|_| IfMatch::Items(Vec::new())));
        ready(Ok(Self(header)))
    }
}
