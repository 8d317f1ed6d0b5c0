//! `DELETE /tutor/packages/{id}`

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use astegni_domain::ids::PackageId;
use astegni_domain::tutoring::Package;

use super::body::PackageBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId, Precondition};
use crate::services::Services;

/// Delete one of your packages
///
/// The package can no longer be requested and is no longer listed. A package that a session request refers to is
/// archived instead of removed, and the request keeps it. Only the tutor who offers a package can delete it.
#[utoipa::path(
    tag = "tutoring",
    params(
        ("id" = i64, Path, description = "Id of the package"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the version to delete"),
    ),
    responses(
        (status = 204, description = "The package is deleted"),
        (status = 403, description = "Only tutors have packages"),
        (status = 404, description = "The caller has no package with this id"),
        (status = 412, description = "The package no longer has the version in `If-Match`"),
    ),
)]
#[delete("/tutor/packages/{id}")]
pub(crate) async fn delete_package(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    precondition: Precondition,
) -> Result<HttpResponse, ApiError> {
    let allows = |package: &Package| precondition.allows(&PackageBody::from(package));
    services.tutoring.remove_package(&caller, PackageId::new(id), allows).await?;
    Ok(HttpResponse::NoContent().finish())
}
