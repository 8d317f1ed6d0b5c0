//! The paths of the old platform: `/api/..` is served by the handlers of `/api/v1/..`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Paths that changed in more than the version.
const MOVED: [(&str, &str); 7] = [
    ("/api/register", "/api/v1/auth/register"),
    ("/api/login", "/api/v1/auth/login"),
    ("/api/refresh", "/api/v1/auth/refresh"),
    ("/api/logout", "/api/v1/auth/logout"),
    ("/api/me", "/api/v1/auth/me"),
    ("/api/change-password", "/api/v1/auth/change-password"),
    ("/api/health", "/health"),
];

/// Extension of a request that was sent to an unversioned path, with that path.
pub struct UnversionedPath(pub String);

/// Rewrites an unversioned path to its versioned counterpart, before routing.
pub async fn old_paths(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(path) = versioned(request.path()) {
        let query = request.query_string();
        let address = if query.is_empty() { path } else { format!("{path}?{query}") };
        if let Ok(uri) = address.parse::<Uri>() {
            let original = UnversionedPath(request.path().to_owned());
            request.extensions_mut().insert(original);
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
    }
    next.call(request).await
}

/// Returns the versioned counterpart of a path, unless it is versioned already or outside the API.
fn versioned(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/api/")?;
    if rest.starts_with("v1/") {
        return None;
    }
    let moved = MOVED.iter().find(|(old, _)| *old == path);
    Some(moved.map_or_else(|| format!("/api/v1/{rest}"), |(_, new)| (*new).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unversioned_paths_have_versioned_counterparts() {
        assert_eq!(versioned("/api/login").as_deref(), Some("/api/v1/auth/login"));
        assert_eq!(versioned("/api/connections/7").as_deref(), Some("/api/v1/connections/7"));
        assert_eq!(versioned("/api/v1/connections"), None);
        assert_eq!(versioned("/health"), None);
    }
}
