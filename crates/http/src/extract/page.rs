//! Pages: the parameters that request one, and the link to the next.

use actix_web::http::header::{HeaderValue, LINK};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use astegni_domain::ids::parse_id;
use astegni_domain::page::{Keyset, Page, PageRequest, PageSize};
use astegni_domain::validation::{Invalid, Violations};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::Parse;
use crate::middleware::UnversionedPath;

/// The query parameters of a paginated list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PagingQuery {
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

/// A parsed [`PagingQuery`].
pub type Paging = PageRequest;

impl PagingQuery {
    /// Creates the parameters from the fields of a larger query.
    pub fn new(limit: Option<String>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }
}

impl Parse for PagingQuery {
    type Command = Paging;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Paging> {
        let after = violations.check_some("cursor", self.cursor, |cursor| decode(&cursor));
        let size = match self.limit {
            Some(limit) => violations.check("limit", page_size(&limit))?,
            None => PageSize::DEFAULT,
        };
        Some(PageRequest { size, after })
    }
}

fn page_size(limit: &str) -> Result<PageSize, Invalid> {
    let rows = parse_id(limit).ok().and_then(PageSize::new);
    rows.ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 1 to 100"))
}

fn encode(keyset: Keyset) -> String {
    let mut bytes = [0; 16];
    for (byte, value) in bytes.iter_mut().zip(keyset.sort.to_be_bytes().into_iter().chain(keyset.id.to_be_bytes())) {
        *byte = value;
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(cursor: &str) -> Result<Keyset, Invalid> {
    let invalid = || Invalid::new("invalid_cursor", "must be taken from the Link header of a page");
    let bytes: [u8; 16] =
        URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(invalid)?;
    let both = u128::from_be_bytes(bytes);
    let half =
        |bits: u128| i64::from_be_bytes(u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default().to_be_bytes());
    Ok(Keyset { sort: half(both >> 64), id: half(both) })
}

/// Returns the `Link` header of the next page: the URL of the request with another cursor (RFC 8288).
pub fn next_link(request: &HttpRequest, next: Keyset) -> Option<HeaderValue> {
    let kept = request.query_string().split('&').filter(|pair| {
        !pair.is_empty() && !pair.starts_with("cursor=") && !pair.starts_with("page=") && !pair.starts_with("offset=")
    });
    let cursor = format!("cursor={}", encode(next));
    let query = kept.chain([cursor.as_str()]).collect::<Vec<_>>().join("&");
    let extensions = request.extensions();
    let path = extensions.get::<UnversionedPath>().map_or_else(|| request.path(), |path| path.0.as_str());
    HeaderValue::from_str(&format!("<{path}?{query}>; rel=\"next\"")).ok()
}

/// Renders a page as a JSON array, with a `Link` header if there is a next page.
pub fn list<T, B: Serialize>(request: &HttpRequest, page: Page<T>, body: impl Fn(T) -> B) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(request, next)) {
        response.insert_header((LINK, link));
    }
    response.json(page.items.into_iter().map(body).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_decoded_to_the_keyset_it_was_encoded_from() {
        for keyset in [Keyset { sort: -1, id: 7 }, Keyset { sort: i64::MAX, id: i64::MIN }] {
            assert_eq!(decode(&encode(keyset)), Ok(keyset));
        }
        assert!(decode("x").is_err());
    }

    #[test]
    fn a_limit_is_an_integer_from_1_to_100() {
        for limit in ["0", "101", "-1", "x", "", "+5", "05", "1e1"] {
            assert!(page_size(limit).is_err(), "{limit}");
        }
        assert!(page_size("100").is_ok());
    }
}
