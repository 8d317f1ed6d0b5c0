//! `GET /tutor/{tutor_id}` and `GET /tutors/{tutor_id}`, and their packages

use actix_web::get;
use actix_web::web::{Data, Json};
use astegni_domain::ids::TutorId;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{PackageBody, TutorBody};
use crate::error::ApiError;
use crate::extract::{MaybeCaller, PathId};
use crate::services::Services;

/// A tutor with what they offer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TutorPageBody {
    #[serde(flatten)]
    tutor: TutorBody,
    packages: Vec<PackageBody>,
}

/// What a tutor offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackagesBody {
    packages: Vec<PackageBody>,
}

/// A tutor
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "The tutor profile")),
    responses(
        (status = 200, description = "The tutor and the active packages, the cheapest first", body = TutorPageBody),
        (status = 404, description = "No such tutor"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutors/{tutor_id}")]
pub(crate) async fn read_tutor_plural(
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<Json<TutorPageBody>, ApiError> {
    page(&services, caller, id).await.map(Json)
}

/// A tutor, at the old path
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "The tutor profile")),
    responses(
        (status = 200, description = "The tutor and the active packages, the cheapest first", body = TutorPageBody),
        (status = 404, description = "No such tutor"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutor/{tutor_id}")]
pub(crate) async fn read_tutor(
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<Json<TutorPageBody>, ApiError> {
    page(&services, caller, id).await.map(Json)
}

/// A tutor's packages
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "The tutor profile")),
    responses(
        (status = 200, description = "The active packages, the cheapest first", body = PackagesBody),
        (status = 404, description = "No such tutor"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutors/{tutor_id}/packages")]
pub(crate) async fn read_packages_plural(
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<Json<PackagesBody>, ApiError> {
    let packages = page(&services, caller, id).await?.packages;
    Ok(Json(PackagesBody { packages }))
}

/// A tutor's packages, at the old path
#[utoipa::path(
    tag = "tutoring",
    params(("tutor_id" = i64, Path, description = "The tutor profile")),
    responses(
        (status = 200, description = "The active packages, the cheapest first", body = PackagesBody),
        (status = 404, description = "No such tutor"),
    ),
    security((), ("bearer" = [])),
)]
#[get("/tutor/{tutor_id}/packages")]
pub(crate) async fn read_packages(
    services: Data<Services>,
    caller: MaybeCaller,
    id: PathId,
) -> Result<Json<PackagesBody>, ApiError> {
    let packages = page(&services, caller, id).await?.packages;
    Ok(Json(PackagesBody { packages }))
}

async fn page(
    services: &Services,
    MaybeCaller(caller): MaybeCaller,
    PathId(id): PathId,
) -> Result<TutorPageBody, ApiError> {
    let (tutor, packages) = services.tutoring.read(caller.map(|actor| actor.user_id), TutorId::new(id)).await?;
    Ok(TutorPageBody { tutor: tutor.into(), packages: packages.into_iter().map(PackageBody::from).collect() })
}
