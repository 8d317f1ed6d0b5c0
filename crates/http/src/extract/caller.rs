//! Callers and their devices.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, USER_AGENT};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::accounts::{Actor, NewDevice};

use crate::adapters::Identity;
use crate::error::ApiError;
use crate::services::Services;

/// An authenticated caller. A handler that takes one responds with 401 to requests without a valid access token.
pub struct Caller(pub Actor);

impl Deref for Caller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

/// A caller who may be anonymous. An invalid access token is rejected nevertheless.
pub struct MaybeCaller(pub Option<Actor>);

/// An authenticated caller, with the instant at which the access token expires.
pub struct IdentifiedCaller(pub Identity);

type BoxedFuture<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

impl FromRequest for MaybeCaller {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = identify(request);
        Box::pin(async move { Ok(Self(identity.await?.map(|identity| identity.actor))) })
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = MaybeCaller::from_request(request, payload);
        Box::pin(async move { caller.await?.0.map(Self).ok_or_else(ApiError::not_authenticated) })
    }
}

impl FromRequest for IdentifiedCaller {
    type Error = ApiError;
    type Future = BoxedFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = identify(request);
        Box::pin(async move { identity.await?.map(Self).ok_or_else(ApiError::not_authenticated) })
    }
}

/// Returns the identity of the caller, or `None` if the request has no access token.
fn identify(request: &HttpRequest) -> impl Future<Output = Result<Option<Identity>, ApiError>> + use<> {
    let token = bearer_token(request);
    let services = request.app_data::<Data<Services>>().cloned();
    async move {
        match (token?, services) {
            (Some(token), Some(services)) => Ok(Some(services.authenticator.authenticate(&token).await?)),
            _ => Ok(None),
        }
    }
}

/// Returns the token of the `Authorization` header, if there is one (RFC 6750, section 2.1).
fn bearer_token(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let Some(header) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    let words = header.to_str().ok().and_then(|header| header.split_once(' '));
    match words {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(ApiError::not_authenticated()),
    }
}

/// The device that a request comes from: its `User-Agent` header and network address.
pub struct ClientDevice(pub NewDevice);

impl FromRequest for ClientDevice {
    type Error = ApiError;
    type Future = std::future::Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        std::future::ready(Ok(Self(NewDevice {
            user_agent: user_agent.map(|name| name.chars().take(300).collect()),
            ip_address: request.peer_addr().map(|address| address.ip().to_string()),
        })))
    }
}
