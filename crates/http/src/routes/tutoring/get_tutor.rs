//! `GET /tutors/{tutor_id}`, `GET /tutors/{tutor_id}/packages`, and both at the old path `/tutor/{tutor_id}`

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use astegni_domain::ids::TutorId;
use astegni_domain::page::PageRequest;
use astegni_domain::tutoring::{Package, TutorWithPackages};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{PackageBody, TutorBody};
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PagingQuery, PathId, Query, next_link, resource};
use crate::services::Services;

/// A tutor with all active packages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TutorPageBody {
    #[serde(flatten)]
    tutor: TutorBody,
    /// Active packages, ascending by price.
    #[schema(max_items = 100)]
    packages: Vec<PackageBody>,
}

/// A page of a tutor's packages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackagesBody {
    /// Active packages, ascending by price.
    packages: Vec<PackageBody>,
}

/// Get a tutor
///
/// Returns the tutor's public profile and active packages. No access token is required.
#[utoipa::path(
    tag = "tutoring",
    params(
        ("tutor_id" = i64, Path, description = "Id of the tutor profile"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The tutor, with an `ETag`", body = TutorPageBody),
        (status = 304, description = "The tutor has not changed"),
        (status = 403, description = "The caller has blocked this tutor"),
        (status = 404, description = "The tutor does not exist or is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutors/{tutor_id}")]
pub(crate) async fn get_tutor(
    request: HttpRequest,
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<HttpResponse, ApiError> {
    // A first page at its largest holds all active packages.
    let TutorWithPackages { tutor, packages } = read(&services, caller, id, PageRequest::FIRST).await?;
    resource(&request, &TutorPageBody { tutor: tutor.into(), packages: bodies(packages.items) })
}

/// Get a tutor (old path)
///
/// Returns the same as `GET /api/v1/tutors/{tutor_id}`, which replaces this path.
#[utoipa::path(
    tag = "tutoring",
    params(
        ("tutor_id" = i64, Path, description = "Id of the tutor profile"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of an earlier response"),
    ),
    responses(
        (status = 200, description = "The tutor, with an `ETag`", body = TutorPageBody),
        (status = 304, description = "The tutor has not changed"),
        (status = 403, description = "The caller has blocked this tutor"),
        (status = 404, description = "The tutor does not exist or is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutor/{tutor_id}")]
pub(crate) async fn get_tutor_at_old_path(
    request: HttpRequest,
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<HttpResponse, ApiError> {
    let TutorWithPackages { tutor, packages } = read(&services, caller, id, PageRequest::FIRST).await?;
    resource(&request, &TutorPageBody { tutor: tutor.into(), packages: bodies(packages.items) })
}

/// List a tutor's packages
///
/// Returns the tutor's active packages, ascending by price. No access token is required.
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "Id of the tutor profile"), PagingQuery),
    responses(
        (status = 200, description = "The packages; the `Link` header refers to the next page", body = PackagesBody),
        (status = 403, description = "The caller has blocked this tutor"),
        (status = 404, description = "The tutor does not exist or is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutors/{tutor_id}/packages")]
pub(crate) async fn list_tutor_packages(
    request: HttpRequest,
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    packages(&request, &services, caller, id, page).await
}

/// List a tutor's packages (old path)
///
/// Returns the same as `GET /api/v1/tutors/{tutor_id}/packages`, which replaces this path.
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "Id of the tutor profile"), PagingQuery),
    responses(
        (status = 200, description = "The packages; the `Link` header refers to the next page", body = PackagesBody),
        (status = 403, description = "The caller has blocked this tutor"),
        (status = 404, description = "The tutor does not exist or is hidden from the caller"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutor/{tutor_id}/packages")]
pub(crate) async fn list_tutor_packages_at_old_path(
    request: HttpRequest,
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
    Query(page): Query<PagingQuery>,
) -> Result<HttpResponse, ApiError> {
    packages(&request, &services, caller, id, page).await
}

async fn packages(
    request: &HttpRequest,
    services: &Services,
    caller: MaybeCaller,
    id: PathId,
    page: PageRequest,
) -> Result<HttpResponse, ApiError> {
    let page = read(services, caller, id, page).await?.packages;
    let mut response = HttpResponse::Ok();
    if let Some(link) = page.next.and_then(|next| next_link(request, next)) {
        response.insert_header((LINK, link));
    }
    Ok(response.json(PackagesBody { packages: bodies(page.items) }))
}

async fn read(
    services: &Services,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
    page: PageRequest,
) -> Result<TutorWithPackages, ApiError> {
    Ok(services.tutoring.read(caller.map(|actor| actor.user_id), TutorId::new(id), page).await?)
}

fn bodies(packages: Vec<Package>) -> Vec<PackageBody> {
    packages.into_iter().map(PackageBody::from).collect()
}
