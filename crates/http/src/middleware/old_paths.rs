//! The old platform's paths: `/api/..` answers as `/api/v1/..` does.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

/// Paths that moved further than behind the version.
const MOVED: [(&str, &str); 7] = [
    ("/api/register", "/api/v1/auth/register"),
    ("/api/login", "/api/v1/auth/login"),
    ("/api/refresh", "/api/v1/auth/refresh"),
    ("/api/logout", "/api/v1/auth/logout"),
    ("/api/me", "/api/v1/auth/me"),
    ("/api/change-password", "/api/v1/auth/change-password"),
    ("/api/health", "/health"),
];

/// Leads a request to where its path has moved, before it is routed.
pub async fn old_paths(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(path) = moved(request.path()) {
        let query = request.query_string();
        let address = if query.is_empty() { path } else { format!("{path}?{query}") };
        if let Ok(uri) = address.parse::<Uri>() {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
    }
    next.call(request).await
}

fn moved(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/api/")?;
    if rest.starts_with("v1/") {
        return None;
    }
    let elsewhere = MOVED.iter().find(|(old, _)| *old == path);
    Some(elsewhere.map_or_else(|| format!("/api/v1/{rest}"), |(_, new)| (*new).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_paths_lead_to_new_ones() {
        assert_eq!(moved("/api/login").as_deref(), Some("/api/v1/auth/login"));
        assert_eq!(moved("/api/connections/7").as_deref(), Some("/api/v1/connections/7"));
        assert_eq!(moved("/api/v1/connections"), None);
        assert_eq!(moved("/health"), None);
    }
}
