//! `GET /tutors`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::money::Money;
use astegni_domain::page::PageRequest;
use astegni_domain::text;
use astegni_domain::tutoring::{SortTutors, TutorFilter, TutorPage};
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::TutorCardBody;
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PagingQuery, Parse, Query, next_link};
use crate::services::Services;

/// Which tutors to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Part of a name, handle, bio or subject, in any case.
    search: Option<String>,
    /// A subject, whole, in any case.
    subject: Option<String>,
    /// A grade, whole, in any case.
    grade_level: Option<String>,
    /// The cheapest package costs at least this.
    #[param(value_type = Option<f64>)]
    min_price: Option<String>,
    /// The cheapest package costs at most this.
    #[param(value_type = Option<f64>)]
    max_price: Option<String>,
    /// `newest` (the default), `price_low` or `price_high`.
    sort_by: Option<String>,
    /// A page by its number from 1, for old clients.
    #[param(value_type = Option<i64>)]
    page: Option<String>,
    /// How many rows, 1 to 100 (20).
    #[param(value_type = Option<i64>)]
    limit: Option<String>,
    /// Where the page begins, from the `Link` header of the page before.
    cursor: Option<String>,
}

impl Parse for SearchQuery {
    type Command = (TutorFilter, TutorPage);

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<Self::Command> {
        let line = |input: String| text::line(&input, 100);
        let price = |input: String| input.parse::<Money>();
        let given = |input: Option<String>| input.filter(|text| !text.trim().is_empty());
        let filter = TutorFilter {
            search: violations.check_some("search", given(self.search), line),
            subject: violations.check_some("subject", given(self.subject), line),
            grade_level: violations.check_some("grade_level", given(self.grade_level), line),
            min_price: violations.check_some("min_price", given(self.min_price), price),
            max_price: violations.check_some("max_price", given(self.max_price), price),
            sort: violations.check_some("sort_by", given(self.sort_by), |word| sort(&word)).unwrap_or_default(),
        };
        let number = violations.check_some("page", self.page, |page| page_number(&page));
        let limit = self.limit.or_else(|| Some("20".to_owned()));
        let request: PageRequest = PagingQuery::new(limit, self.cursor).parse(now, violations)?;
        let page = match number {
            Some(number) if request.after.is_none() => TutorPage::Numbered(request, number),
            _ => TutorPage::Keyset(request),
        };
        Some((filter, page))
    }
}

/// `smart` and the like, which old clients send, is what we list first anyway.
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

/// Tutors that were found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TutorsBody {
    tutors: Vec<TutorCardBody>,
    /// How many were found in all.
    total: i64,
    page: u32,
    limit: usize,
    pages: i64,
}

/// Find tutors
#[utoipa::path(
    tag = "tutoring",
    params(SearchQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next", body = TutorsBody)),
    security((), ("bearer" = [])),
)]
#[get("/tutors")]
pub(crate) async fn search_tutors(
    request: HttpRequest,
    services: Data<Services>,
    MaybeCaller(caller): MaybeCaller,
    Query((filter, page)): Query<SearchQuery>,
) -> Result<HttpResponse, ApiError> {
    let (size, number) = match page {
        TutorPage::Keyset(wanted) => (wanted.size, 1),
        TutorPage::Numbered(wanted, number) => (wanted.size, number),
    };
    let (found, total) = services.tutoring.search(caller.map(|actor| actor.user_id), filter, page).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = found.next.and_then(|next| next_link(&request, next)) {
        response.insert_header(("Link", link));
    }
    let limit = i64::try_from(size.get()).unwrap_or(1);
    Ok(response.json(TutorsBody {
        tutors: found.items.into_iter().map(TutorCardBody::from).collect(),
        total,
        page: number,
        limit: size.get(),
        pages: (total + limit - 1) / limit,
    }))
}
