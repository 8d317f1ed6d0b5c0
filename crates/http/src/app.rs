//! The application: its layers and its routes.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, LINK};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App, Error, HttpRequest, HttpResponse};
use serde_json::Value;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::error::{ApiError, Code};
use crate::middleware::{CorsOrigins, boundary, old_paths};
use crate::openapi;
use crate::routes;
use crate::services::Services;

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// What every worker's application shares.
#[derive(Clone)]
pub struct Shared {
    services: Data<Services>,
    origins: Data<CorsOrigins>,
    document: Data<Document>,
}

/// The OpenAPI document as it is served, and the methods that each path takes.
struct Document {
    json: String,
    paths: Vec<(actix_web::dev::ResourceDef, String)>,
}

impl Shared {
    /// Prepares what the workers share.
    pub fn new(services: Services, cors_origins: Vec<String>) -> Self {
        let document = openapi::document();
        Self {
            services: Data::new(services),
            origins: Data::new(CorsOrigins(cors_origins)),
            document: Data::new(Document { paths: methods_by_path(&document), json: document.to_string() }),
        }
    }
}

fn methods_by_path(document: &Value) -> Vec<(actix_web::dev::ResourceDef, String)> {
    let paths = document.get("paths").and_then(Value::as_object);
    let methods = |operations: &Value| {
        let methods = operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
        methods.collect::<Vec<_>>().join(", ")
    };
    let mut paths: Vec<_> = paths.into_iter().flatten().map(|(path, item)| (path, methods(item))).collect();
    // Paths without an id are meant where both would fit.
    paths.sort_by_key(|(path, _)| path.contains('{'));
    paths.into_iter().map(|(path, methods)| (actix_web::dev::ResourceDef::new(path.as_str()), methods)).collect()
}

/// The application for one worker.
pub fn build(
    shared: &Shared,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let swagger = SwaggerUi::new("/docs/{_:.*}")
        .config(Config::new(["/openapi.json"]).persist_authorization(true).try_it_out_enabled(true));
    let (app, _) = App::new().into_utoipa_app().configure(routes::configure).split_for_parts();
    app.app_data(shared.services.clone())
        .app_data(shared.origins.clone())
        .app_data(shared.document.clone())
        .app_data(PayloadConfig::new(LARGEST_BODY))
        .route("/openapi.json", web::get().to(serve_openapi))
        .route("/docs", web::get().to(lead_to_docs))
        .service(swagger)
        .default_service(web::to(nothing_here))
        .wrap(from_fn(old_paths))
        .wrap(cors(&shared.origins))
        .wrap(Compress::default())
        .wrap(from_fn(boundary))
}

/// Pages of listed origins may call with credentials; others get no header and so cannot read an answer.
fn cors(origins: &CorsOrigins) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([LINK.as_str(), "etag", "location", "retry-after", "x-request-id", "x-total-count"])
        .supports_credentials()
        .block_on_origin_mismatch(false)
        .max_age(3600);
    origins.0.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

async fn serve_openapi(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header(("Cache-Control", "no-cache"))
        .body(document.json.clone())
}

async fn lead_to_docs() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header(("Location", "/docs/")).finish()
}

/// Answers where no route does: the path takes other methods, or is not there at all.
async fn nothing_here(request: HttpRequest, document: Data<Document>) -> Result<HttpResponse, ApiError> {
    let path = request.path();
    match document.paths.iter().find(|(pattern, _)| pattern.is_match(path)) {
        Some((_, methods)) => {
            let error = ApiError::new(Code::MethodNotAllowed, format!("This path takes {methods}"));
            Err(match HeaderValue::from_str(methods) {
                Ok(allow) => error.header(ALLOW, allow),
                Err(_) => error,
            })
        }
        None => Err(ApiError::new(Code::NotFound, "Not found")),
    }
}
