//! The address under which clients reach the API, for URLs that they pass on to other programs.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

/// The URL in front of the API's paths: scheme, host and, behind a proxy, a path, without a slash at the end.
///
/// As an extractor, it is the one that the operator has configured, or else the one of the request. The latter comes from headers
/// that the client chooses, so a response may contain it only if it goes to this client and is not cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Error returned for a URL that does not lead to a server.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a URL such as https://api.astegni.com or https://astegni.com/backend")]
pub struct InvalidPublicUrl;

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(input: &str) -> Result<Self, InvalidPublicUrl> {
        let address = input.trim().trim_end_matches('/');
        let uri: Uri = address.parse().map_err(|_| InvalidPublicUrl)?;
        let has_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = uri.authority().is_some_and(|host| !host.host().is_empty() && !host.as_str().contains('@'));
        if has_scheme && has_host && !address.contains(['?', '#']) {
            Ok(Self(address.to_owned()))
        } else {
            Err(InvalidPublicUrl)
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for PublicUrl {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let configured = request.app_data::<Data<Option<Self>>>().and_then(|url| url.get_ref().clone());
        let url = configured.unwrap_or_else(|| {
            let connection = request.connection_info();
            let scheme = if connection.scheme().eq_ignore_ascii_case("https") { "https" } else { "http" };
            Self(format!("{scheme}://{}", connection.host()))
        });
        ready(Ok(url))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_public_url_has_a_host_and_maybe_a_path() {
        for (input, url) in [
            ("https://astegni.com", "https://astegni.com"),
            (" https://astegni.com/ ", "https://astegni.com"),
            ("https://astegni.com:8443/backend/", "https://astegni.com:8443/backend"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
            ("http://[::1]:8000", "http://[::1]:8000"),
        ] {
            assert_eq!(input.parse::<PublicUrl>().map(|url| url.to_string()), Ok(url.to_owned()), "{input}");
        }
        for input in [
            "",
            "/",
            "astegni.com",
            "//astegni.com",
            "https://",
            "https:///path",
            "ftp://astegni.com",
            "https://a b",
            "https://me@astegni.com",
            "https://astegni.com?x=1",
            "https://astegni.com/#x",
            "https://astegni.com/a b",
        ] {
            assert_eq!(input.parse::<PublicUrl>(), Err(InvalidPublicUrl), "{input}");
        }
    }

    #[test]
    fn the_configured_url_takes_precedence_over_the_host_of_the_request() {
        let request = || TestRequest::default().insert_header(("Host", "10.0.0.1:8000"));
        let configured = Data::new(Some(PublicUrl("https://astegni.com".to_owned())));
        for (request, url) in [
            (request(), "http://10.0.0.1:8000"),
            (request().insert_header(("X-Forwarded-Proto", "https")), "https://10.0.0.1:8000"),
            (request().insert_header(("X-Forwarded-Proto", "javascript")), "http://10.0.0.1:8000"),
            (request().app_data(Data::new(None::<PublicUrl>)), "http://10.0.0.1:8000"),
            (request().app_data(configured), "https://astegni.com"),
        ] {
            let request = request.to_http_request();
            let found = PublicUrl::from_request(&request, &mut Payload::None).into_inner();
            assert_eq!(found.map(|found| found.to_string()), Ok(url.to_owned()));
        }
    }
}
