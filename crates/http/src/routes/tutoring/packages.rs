//! `GET /tutor/packages` and `GET /tutor/packages/{id}`

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::ids::PackageId;

use super::body::PackageBody;
use crate::error::ApiError;
use crate::extract::{Caller, PathId};
use crate::services::Services;

/// Your packages
#[utoipa::path(
    tag = "tutoring",
    responses(
        (status = 200, description = "Active or not, the cheapest first", body = [PackageBody]),
        (status = 403, description = "You are no tutor"),
    ),
)]
#[get("/tutor/packages")]
pub(crate) async fn own_packages(services: Data<Services>, caller: Caller) -> Result<Json<Vec<PackageBody>>, ApiError> {
    let packages = services.tutoring.own_packages(&caller).await?;
    Ok(Json(packages.into_iter().map(PackageBody::from).collect()))
}

/// One of your packages
#[utoipa::path(
    tag = "tutoring",
    params(("id" = i64, Path, description = "The package")),
    responses(
        (status = 200, description = "The package", body = PackageBody),
        (status = 403, description = "You are no tutor"),
        (status = 404, description = "You have no such package"),
    ),
)]
#[get("/tutor/packages/{id}")]
pub(crate) async fn own_package(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Json<PackageBody>, ApiError> {
    Ok(Json(services.tutoring.own_package(&caller, PackageId::new(id)).await?.into()))
}
