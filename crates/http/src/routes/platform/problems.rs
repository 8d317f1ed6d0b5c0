//! `GET /problems/{code}`

use actix_web::get;
use actix_web::web::{Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, Code};

/// What a problem means.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemPageBody {
    /// The word in `code`.
    code: &'static str,
    title: &'static str,
    status: u16,
    /// What a caller can do about it.
    advice: &'static str,
}

/// What a problem means
#[utoipa::path(
    tag = "platform",
    params(("code" = String, Path, description = "The last part of a problem's `type`")),
    responses(
        (status = 200, description = "Its title, status and advice", body = ProblemPageBody),
        (status = 404, description = "No such problem"),
    ),
    security(()),
)]
#[get("/problems/{code}")]
pub(crate) async fn problem(slug: Path<String>) -> Result<Json<ProblemPageBody>, ApiError> {
    let code = Code::ALL.into_iter().find(|code| code.slug() == *slug).ok_or_else(|| ApiError::not_found("Problem"))?;
    let (code, title, status, advice) = code.explain();
    Ok(Json(ProblemPageBody { code, title, status, advice }))
}
