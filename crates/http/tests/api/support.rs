//! A separate application for each test, and the actors that call it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service};
use astegni_domain::clock::ManualClock;
use astegni_domain::requests::RequestLimits;
use astegni_domain::schedule::DEFAULT_ZONE;
use astegni_http::app::{self, Shared};
use astegni_http::services::{ServiceSettings, Services};
use astegni_persistence::{Database, DatabaseSettings, DatabaseUrl, Migrator};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

/// A response with its body in JSON, or as a string if it is not JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Asserts the status and returns the body.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

type Call = Rc<dyn Fn(Request) -> LocalBoxFuture<'static, Answer>>;

/// An application on an empty database.
#[derive(Clone)]
pub(crate) struct TestApp {
    call: Call,
    people: Rc<Cell<u32>>,
    /// The clock of the application, which only tests advance.
    pub(crate) clock: ManualClock,
    pub(crate) services: Services,
    /// The state for further servers beside the one that actors call.
    pub(crate) shared: Shared,
    _folder: Rc<tempfile::TempDir>,
}

/// A caller without an access token.
pub(crate) type Anonymous = Actor;
/// A caller with the role student.
pub(crate) type Student = Actor;
/// A caller with the role tutor.
pub(crate) type Tutor = Actor;
/// A caller with the role parent.
pub(crate) type Parent = Actor;

/// A caller of the API, with or without an access token.
#[derive(Clone)]
pub(crate) struct Actor {
    app: TestApp,
    pub(crate) token: Option<String>,
    pub(crate) refresh_token: String,
    pub(crate) user: Value,
}

impl TestApp {
    pub(crate) async fn start() -> (Self, Anonymous) {
        let folder = tempfile::tempdir().unwrap();
        let url: DatabaseUrl = format!("sqlite://{}/test.db", folder.path().display()).parse().unwrap();
        Migrator::connect(&url).unwrap().up().unwrap();
        let database = Database::open(&url, DatabaseSettings { threads: 2 }).unwrap();
        let clock = ManualClock::new(start());
        let settings =
            ServiceSettings { secret: vec![7; 32], default_zone: DEFAULT_ZONE, request_limits: RequestLimits::DEFAULT };
        let services = Services::new(Arc::new(database), Arc::new(clock.clone()), &settings).unwrap();
        let shared = Shared::new(services.clone(), vec!["https://astegni.com".to_owned()]);
        let service = Rc::new(init_service(app::build(&shared)).await);
        let call: Call = Rc::new(move |request| {
            let service = service.clone();
            Box::pin(async move {
                let response = match service.call(request).await {
                    Ok(response) => response.into_parts().1.map_into_boxed_body(),
                    Err(error) => error.error_response(),
                };
                let (status, headers) = (response.status().as_u16(), response.headers().clone());
                let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
                let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
                let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
                Answer { status, headers, body }
            })
        });
        let app = Self { call, people: Rc::default(), clock, services, shared, _folder: Rc::new(folder) };
        let anonymous = Actor { app: app.clone(), token: None, refresh_token: String::new(), user: Value::Null };
        (app, anonymous)
    }

    /// Registers a user with one role.
    pub(crate) async fn person(&self, role: &str) -> Actor {
        self.register(json!({ "role": role })).await
    }

    /// Registers a user with generated values for the fields not given.
    pub(crate) async fn register(&self, more: Value) -> Actor {
        let number = self.people.replace(self.people.get() + 1) + 1;
        let mut body = json!({
            "email": format!("person{number}@example.com"), "password": "Test1234",
            "first_name": format!("Person{number}"), "phone": "+251 911 000000",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let anonymous = Actor { app: self.clone(), token: None, refresh_token: String::new(), user: Value::Null };
        anonymous.signed_in(&anonymous.post("/api/v1/auth/register", body).await.expect(201))
    }

    pub(crate) async fn student(&self) -> Student {
        self.person("student").await
    }

    pub(crate) async fn tutor(&self) -> Tutor {
        self.person("tutor").await
    }

    pub(crate) async fn parent(&self) -> Parent {
        self.person("parent").await
    }
}

impl Actor {
    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let request = match &self.token {
            Some(token) => request.insert_header(("Authorization", format!("Bearer {token}"))),
            None => request,
        };
        (self.app.call)(request.to_request()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(TestRequest::post().uri(path).set_json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(TestRequest::put().uri(path).set_json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(TestRequest::patch().uri(path).set_json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(TestRequest::delete().uri(path)).await
    }

    /// Logs the user in on another device.
    pub(crate) async fn log_in(&self) -> Self {
        let body = json!({ "email": self.user["email"], "password": "Test1234" });
        self.signed_in(&self.post("/api/v1/auth/login", body).await.expect(200))
    }

    /// Returns the user with the tokens of a response.
    pub(crate) fn signed_in(&self, tokens: &Value) -> Self {
        let user = if tokens["user"].is_null() { self.user.clone() } else { tokens["user"].clone() };
        Self {
            app: self.app.clone(),
            token: tokens["access_token"].as_str().map(str::to_owned),
            refresh_token: tokens["refresh_token"].as_str().unwrap_or_default().to_owned(),
            user,
        }
    }

    /// Returns the id of the profile of a role.
    pub(crate) fn profile(&self, role: &str) -> i64 {
        self.user["role_ids"][role].as_i64().unwrap()
    }

    /// Creates a package of this name.
    pub(crate) async fn package(&self, name: &str) -> Value {
        self.post("/api/v1/tutor/packages", json!({ "name": name, "hourly_rate": 200.5 })).await.expect(201)
    }

    /// Requests sessions from a tutor.
    pub(crate) async fn ask(&self, tutor: &Actor, more: Value) -> Answer {
        let mut body = json!({ "tutor_id": tutor.profile("tutor") });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/api/session-requests", body).await
    }

    /// Accepts or rejects a session request.
    pub(crate) async fn answer(&self, request: &Value, body: Value) -> Answer {
        self.patch(&format!("/api/session-requests/tutor/{}", request["request_id"]), body).await
    }
}

/// Returns the instant at which every test begins: a Friday, 08:00 in Addis Ababa.
fn start() -> DateTime<Utc> {
    "2026-01-30T05:00:00Z".parse().unwrap()
}

/// Returns the civil date a number of days after the Friday on which every test begins.
pub(crate) fn day(offset: i64) -> String {
    (start() + TimeDelta::days(offset)).date_naive().to_string()
}

/// Returns a recurring schedule, Mondays and Wednesdays from 14:00 to 16:00.
pub(crate) fn weekly() -> Value {
    json!({ "schedule_type": "recurring", "days": ["Monday", "wed"], "start_time": "14:00", "end_time": "16:00" })
}

/// Returns a schedule of specific dates, counted as by [`day`].
pub(crate) fn dates(offsets: &[i64], from: &str, to: &str) -> Value {
    let dates: Vec<_> = offsets.iter().map(|offset| day(*offset)).collect();
    json!({ "schedule_type": "specific_dates", "specific_dates": dates, "start_time": from, "end_time": to })
}

/// Returns the invalid fields that a problem names.
pub(crate) fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// Asserts that a response is a complete problem, and returns its body.
#[track_caller]
pub(crate) fn expect_problem(answer: Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{code}");
    assert_eq!(answer.header("www-authenticate").is_some(), status == 401, "{code}");
    let request_id = answer.header("x-request-id").map(str::to_owned);
    let problem = answer.expect(status);
    assert_eq!(problem["code"], code);
    assert_eq!(problem["type"], format!("/problems/{}", code.replace('_', "-")));
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"].as_str().map(str::to_owned), request_id);
    assert_eq!(problem["success"], false);
    assert_eq!(problem["errors"].is_array(), status == 422);
    for member in ["title", "detail", "instance"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{code}: {member}");
    }
    assert_eq!(problem["error"]["type"], code);
    assert_eq!(problem["error"]["message"], problem["detail"]);
    assert_eq!(problem["error"]["status_code"], status);
    assert_eq!(problem["error"]["details"].is_array(), status == 422);
    problem
}
