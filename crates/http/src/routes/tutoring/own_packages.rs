//! `GET /tutor/packages` and `GET /tutor/packages/{id}`

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::PackageId;

use super::body::PackageBody;
use crate::error::ApiError;
use crate::extract::{Caller, PagingQuery, PathId, Query, list, resource};
use crate::services::Services;

/// List your packages
///
/// Returns the caller's active and inactive packages, ascending by price. Deleted packages are not listed. Only tutors
/// have packages.
#[utoipa::path(
    tag = "tutoring",
    params(PagingQuery),
    responses(
        (status = 200, description = "The packages; the `Link` header refers to the next page", body = [PackageBody]),
        (status = 403, description = "Only tutors have packages"),
    ),
)]
#[get("/tutor/packages")]
pub(crate) async fn list_own_packages(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    let packages = services.tutoring.own_packages(&caller, page).await?;
    Ok(list(&request, packages, PackageBody::from))
}

/// Get one of your packages
///
/// Returns an active or inactive package of the caller. Only tutors have packages.
#[utoipa::path(
    tag = "tutoring",
    params(
        ("id" = i64, Path, description = "Id of the package"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The package, with its `ETag`", body = PackageBody),
        (status = 304, description = "The package has not changed"),
        (status = 403, description = "Only tutors have packages"),
        (status = 404, description = "The caller has no package with this id"),
    ),
)]
#[get("/tutor/packages/{id}")]
pub(crate) async fn get_own_package(
    request: HttpRequest,
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<HttpResponse, ApiError> {
    let package = services.tutoring.own_package(&caller, PackageId::new(id)).await?;
    resource(&request, &PackageBody::from(package))
}
