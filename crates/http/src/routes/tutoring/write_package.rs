//! `POST /tutor/packages` and `PUT /tutor/packages/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, post, put};
use astegni_domain::ids::PackageId;
use astegni_domain::tutoring::Package;

use super::body::PackageBody;
use super::package_fields::{NewPackageBody, PackageChangesBody, PackageFields};
use crate::error::ApiError;
use crate::extract::{Body, Caller, PathId, Precondition, tagged};
use crate::services::Services;

/// Create a package
///
/// `name` and `hourly_rate` are required. A tutor can have at most 100 active packages; further packages must be
/// inactive.
#[utoipa::path(
    tag = "tutoring",
    request_body = PackageFields,
    responses(
        (status = 201, description = "The package, with its `ETag`", body = PackageBody),
        (status = 403, description = "Only tutors can create packages"),
    ),
)]
#[post("/tutor/packages")]
pub(crate) async fn create_package(
    services: Data<Services>,
    caller: Caller,
    Body(package): Body<NewPackageBody>,
) -> Result<HttpResponse, ApiError> {
    let package = services.tutoring.create_package(&caller, package).await?;
    let mut response = HttpResponse::Created();
    response.insert_header(("Location", format!("/api/v1/tutor/packages/{}", package.id)));
    tagged(response, &PackageBody::from(package))
}

/// Update a package
///
/// Missing fields keep their value. Requests that were already sent keep the package as it was. A package cannot be
/// activated while 100 others are active.
#[utoipa::path(
    tag = "tutoring",
    request_body = PackageFields,
    params(
        ("id" = i64, Path, description = "Id of the package"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the version to update"),
    ),
    responses(
        (status = 200, description = "The updated package, with its `ETag`", body = PackageBody),
        (status = 403, description = "Only tutors have packages"),
        (status = 404, description = "You have no package with this id"),
        (status = 412, description = "The package no longer has the version in `If-Match`"),
    ),
)]
#[put("/tutor/packages/{id}")]
pub(crate) async fn update_package(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    precondition: Precondition,
    Body(changes): Body<PackageChangesBody>,
) -> Result<HttpResponse, ApiError> {
    let allows = |package: &Package| precondition.allows(&PackageBody::from(package));
    let package = services.tutoring.update_package(&caller, PackageId::new(id), changes, allows).await?;
    tagged(HttpResponse::Ok(), &PackageBody::from(package))
}
