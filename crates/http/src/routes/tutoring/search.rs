//! `GET /tutors`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::money::Money;
use astegni_domain::page::{CountedPage, PageRequest};
use astegni_domain::tutoring::{SearchPosition, SortTutors, TutorFilter, TutorSearch, parse_search_term};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::TutorCardBody;
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PagingQuery, Parse, Query, next_link};
use crate::services::Services;

/// Conditions on the tutors of a search result.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words in any order, each the beginning of a word of the name, username, biography or subjects, ignoring case.
    #[param(max_length = 100)]
    search: Option<String>,
    /// One complete subject, ignoring case.
    #[param(max_length = 100)]
    subject: Option<String>,
    /// One complete grade level, ignoring case.
    #[param(max_length = 100)]
    grade_level: Option<String>,
    /// Minimum hourly rate of the tutor's cheapest package.
    #[param(value_type = Option<f64>)]
    min_price: Option<String>,
    /// Maximum hourly rate of the tutor's cheapest package.
    #[param(value_type = Option<f64>)]
    max_price: Option<String>,
    /// `newest` (the default), `price_low` or `price_high`.
    sort_by: Option<String>,
    /// Number of the page, from 1. Old clients use it instead of `cursor`.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 10_000)]
    page: Option<String>,
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
}

impl Parse for SearchQuery {
    type Command = TutorSearch;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let term = |input: String| parse_search_term(&input);
        let price = |input: String| input.parse::<Money>();
        let given = |input: Option<String>| input.filter(|text| !text.trim().is_empty());
        let filter = TutorFilter {
            search: violations.check_some("search", given(self.search), term),
            subject: violations.check_some("subject", given(self.subject), term),
            grade_level: violations.check_some("grade_level", given(self.grade_level), term),
            min_price: violations.check_some("min_price", given(self.min_price), price),
            max_price: violations.check_some("max_price", given(self.max_price), price),
            sort: violations.check_some("sort_by", given(self.sort_by), |word| sort(&word)).unwrap_or_default(),
        };
        let number = violations.check_some("page", self.page, |page| page_number(&page));
        let request: PageRequest = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        let position = match number {
            Some(number) if request.after.is_none() => SearchPosition::Numbered(request, number),
            _ => SearchPosition::Keyset(request),
        };
        Some(TutorSearch { filter, position })
    }
}

/// Parses the name of an order, including those that old clients send.
fn sort(word: &str) -> Result<SortTutors, Invalid> {
    match word {
        "newest" | "smart" => Ok(SortTutors::Newest),
        "price_low" | "price" => Ok(SortTutors::PriceAscending),
        "price_high" => Ok(SortTutors::PriceDescending),
        _ => Err(Invalid::new("unknown_sort", "must be newest, price_low or price_high")),
    }
}

fn page_number(input: &str) -> Result<u32, Invalid> {
    input
        .parse()
        .ok()
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 1 to 10000"))
}

/// A page of a search result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TutorsBody {
    tutors: Vec<TutorCardBody>,
    /// Number of matching tutors, counted up to 1000.
    total: i64,
    /// Number of this page, from 1; always 1 with `cursor`.
    page: u32,
    /// Number of tutors per page.
    limit: usize,
    /// Number of pages of the counted tutors. Further tutors are found through the `Link` header.
    pages: i64,
}

/// Search tutors
///
/// Returns active tutors that match all conditions. No access token is required; with one, tutors whom the caller
/// has blocked, or who have blocked the caller, are left out.
#[utoipa::path(
    tag = "tutoring",
    params(SearchQuery),
    responses((status = 200, description = "The tutors; the `Link` header refers to the next page", body = TutorsBody)),
    security((), ("bearer" = [])),
)]
#[get("/tutors")]
pub(crate) async fn search_tutors(
    request: HttpRequest,
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    Query(search): Query<SearchQuery>,
) -> Result<HttpResponse, ApiError> {
    let (size, number) = match search.position {
        SearchPosition::Keyset(wanted) => (wanted.size, 1),
        SearchPosition::Numbered(wanted, number) => (wanted.size, number),
    };
    let CountedPage { page, total } = services.tutoring.search(caller.map(|actor| actor.user_id), search).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    let limit = i64::try_from(size.get()).unwrap_or(1);
    Ok(response.json(TutorsBody {
        tutors: page.items.into_iter().map(TutorCardBody::from).collect(),
        total,
        page: number,
        limit: size.get(),
        pages: (total + limit - 1) / limit,
    }))
}
