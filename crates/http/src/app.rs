//! The application: middleware around the routes.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, LINK};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpResponse};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::error::{ApiError, Code};
use crate::extract::PublicUrl;
use crate::middleware::{CorsOrigins, MethodTable, boundary, check_method, keep_validators, old_paths};
use crate::openapi;
use crate::routes;
use crate::services::Services;

/// The state that the applications of all workers share.
#[derive(Clone)]
pub struct Shared {
    services: Data<Services>,
    origins: Data<CorsOrigins>,
    methods: Data<MethodTable>,
    document: Data<Document>,
    public_url: Data<Option<PublicUrl>>,
}

/// The OpenAPI document in JSON.
struct Document(String);

impl Shared {
    /// Creates the shared state.
    pub fn new(services: Services, cors_origins: Vec<String>) -> Self {
        let document = openapi::document();
        Self {
            services: Data::new(services),
            origins: Data::new(CorsOrigins(cors_origins)),
            methods: Data::new(MethodTable::new(&document)),
            document: Data::new(Document(document.to_string())),
            public_url: Data::new(None),
        }
    }

    /// Sets the URL under which clients reach the API. By default, it is the one that each request names.
    #[must_use]
    pub fn with_public_url(self, public_url: PublicUrl) -> Self {
        Self { public_url: Data::new(Some(public_url)), ..self }
    }
}

/// Builds the application of one worker.
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
        .app_data(shared.methods.clone())
        .app_data(shared.public_url.clone())
        .route("/openapi.json", web::get().to(serve_openapi))
        .route("/docs", web::get().to(redirect_to_docs))
        .service(swagger)
        .default_service(web::to(not_found))
        .wrap(from_fn(check_method))
        .wrap(from_fn(old_paths))
        .wrap(cors(&shared.origins))
        .wrap(from_fn(keep_validators))
        .wrap(Compress::default())
        .wrap(from_fn(boundary))
}

/// Allows calls with credentials from the listed origins. Responses to other origins have no CORS header, so browsers
/// hide them from the page.
fn cors(origins: &CorsOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
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
        .body(document.0.clone())
}

async fn redirect_to_docs() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header(("Location", "/docs/")).finish()
}

async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(Code::NotFound, "Not found"))
}
