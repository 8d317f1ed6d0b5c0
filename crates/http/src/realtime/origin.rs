//! The check of the page that opens a socket. CORS does not apply to sockets, so the server has to do it.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, ORIGIN};

use crate::error::{ApiError, Code};
use crate::middleware::CorsOrigins;

/// Fails if a page of an origin that is neither listed nor the server's own makes the request. Clients other than browsers
/// send no `Origin`.
pub(crate) fn check_origin(request: &HttpRequest, allowed: &CorsOrigins) -> Result<(), ApiError> {
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    match origin.to_str() {
        Ok(origin) if is_allowed(origin, host, &allowed.0) => Ok(()),
        _ => Err(ApiError::new(Code::OriginNotAllowed, "Web pages of this origin cannot open a socket")),
    }
}

fn is_allowed(origin: &str, host: Option<&str>, allowed: &[String]) -> bool {
    allowed.iter().any(|one| one == origin) || host.is_some_and(|host| is_same_host(origin, host))
}

/// Returns whether an origin is on the host that a request was sent to. A proxy may have ended TLS, so the scheme of the
/// request is not known; it only matters for the default port.
fn is_same_host(origin: &str, host: &str) -> bool {
    let (authority, port) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(authority), _) => (authority, ":443"),
        (_, Some(authority)) => (authority, ":80"),
        _ => return false,
    };
    let plain = |authority: &str| authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase();
    !authority.is_empty() && plain(authority) == plain(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_origins_and_the_own_one_are_allowed() {
        let listed = ["https://astegni.com".to_owned()];
        for (origin, host, allowed) in [
            ("https://astegni.com", "api.astegni.com", true),
            ("https://api.astegni.com", "api.astegni.com", true),
            ("https://api.astegni.com", "api.astegni.com:443", true),
            ("http://localhost:8000", "LOCALHOST:8000", true),
            ("http://localhost", "localhost:8000", false),
            ("http://api.astegni.com", "api.astegni.com:443", false),
            ("https://astegni.com.evil.example", "api.astegni.com", false),
            ("http://astegni.com", "api.astegni.com", false),
            ("null", "null", false),
            ("https://", "", false),
        ] {
            assert_eq!(is_allowed(origin, Some(host), &listed), allowed, "{origin} {host}");
        }
        assert!(!is_allowed("https://api.astegni.com", None, &listed));
    }
}
