//! `GET /chat/conversations`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::chat::ConversationsPage;
use astegni_domain::ids::{StudentId, parse_id};
use astegni_domain::page::CountedPage;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::ConversationBody;
use super::caller::ChatCaller;
use crate::error::ApiError;
use crate::extract::{PagingQuery, Parse, Query, next_link};
use crate::services::Services;

/// The parameters of a list of conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationsQuery {
    /// Largest number of items in the response, 1 to 100. On the unversioned paths the default is 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Position of the page, taken from the `Link` header of the previous page.
    cursor: Option<String>,
    /// Number of conversations to skip. Old clients use it instead of `cursor`.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 1_000_000)]
    offset: Option<String>,
    /// Id of the student profile of one of the caller's children, whose conversations with tutors are listed in place of
    /// the caller's own.
    #[param(value_type = Option<i64>, minimum = 1)]
    student_id: Option<String>,
}

impl Parse for ConversationsQuery {
    type Command = ConversationsPage;

    fn parse(self, now: DateTime<Utc>, violations: &mut Violations) -> Option<ConversationsPage> {
        let offset = violations.check_some("offset", self.offset, |input| {
            let rows = input.parse::<i64>().ok().filter(|offset| (0..=1_000_000).contains(offset));
            rows.ok_or_else(|| Invalid::new("out_of_range", "must be an integer from 0 to 1000000"))
        });
        let student =
            violations.check_some("student_id", self.student_id, |input| parse_id(&input).map(StudentId::new));
        let page = PagingQuery::new(self.limit, self.cursor).parse(now, violations)?;
        let page = ConversationsPage { page, offset: offset.unwrap_or_default(), student };
        Some(page)
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationsBody {
    conversations: Vec<ConversationBody>,
    /// Number of conversations on all pages together.
    total: i64,
    /// Number of conversations per page.
    limit: usize,
    /// Number of skipped conversations.
    offset: i64,
}

/// List your conversations
///
/// Returns the conversations that the caller participates in, the one with the latest message first. With `student_id`,
/// returns the conversations of one of the caller's children with tutors, which the caller can read only; the list is empty
/// for any other student.
#[utoipa::path(
    tag = "chat",
    params(ConversationsQuery),
    responses(
        (status = 200, description = "The conversations; the `Link` header refers to the next page", body = ConversationsBody),
    ),
)]
#[get("/chat/conversations")]
pub(crate) async fn list_conversations(
    request: HttpRequest,
    services: Data<Services>,
    caller: ChatCaller,
    Query(wanted): Query<ConversationsQuery>,
) -> Result<HttpResponse, ApiError> {
    let CountedPage { page, total } = services.chat.conversations(&caller, wanted).await?;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(&request, next)) {
        response.insert_header((LINK, link));
    }
    Ok(response.json(ConversationsBody {
        conversations: page.items.into_iter().map(ConversationBody::from).collect(),
        total,
        limit: wanted.page.size.get(),
        offset: wanted.offset,
    }))
}
