//! The endpoint `GET /problems/{code}`.

use actix_web::get;
use actix_web::web::{Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, Code, Explanation};

/// The explanation of an error code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemPageBody {
    /// Value of `code` in the problem.
    code: &'static str,
    /// Value of `title` in the problem.
    title: &'static str,
    /// HTTP status of the response.
    status: u16,
    /// Likely cause, or a way to resolve the problem.
    advice: &'static str,
}

/// Get the explanation of an error code
///
/// Returns the title, status and advice of a code. Every problem links to its explanation in `type`. No access token is
/// required.
#[utoipa::path(
    tag = "platform",
    operation_id = "get_problem",
    params(("code" = String, Path, description = "The error code, with underscores or hyphens")),
    responses(
        (status = 200, description = "Title, status and advice", body = ProblemPageBody),
        (status = 404, description = "Unknown error code"),
    ),
    security(()),
)]
#[get("/problems/{code}")]
pub(crate) async fn get_problem(slug: Path<String>) -> Result<Json<ProblemPageBody>, ApiError> {
    let code = Code::from_slug(&slug).ok_or_else(|| ApiError::not_found("Problem"))?;
    let Explanation { title, status, advice } = code.explanation();
    Ok(Json(ProblemPageBody { code: code.as_str(), title, status: status.as_u16(), advice }))
}
