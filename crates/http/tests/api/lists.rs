//! Every list of the API is bounded.

use serde_json::{Map, Value, json};

use crate::support::{Actor, TestApp};

/// The largest number of entries that any list in a response has.
const MAX_ENTRIES: usize = 100;

/// Lists without pages. The number of a user's devices is small; the store returns the latest 100. A user has at most 20 feeds.
const NOT_PAGINATED: [&str; 2] = ["/api/v1/auth/sessions", "/api/v1/calendar/feeds"];

/// A GET operation that returns a list, or an object with one.
struct ListOperation {
    path: String,
    takes_limit: bool,
}

/// Returns a schema with references and compositions resolved.
fn resolved(document: &Value, schema: &Value) -> Map<String, Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    let mut whole = schema.as_object().cloned().unwrap_or_default();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let properties = resolved(document, part).remove("properties").unwrap_or_default();
        let all = whole.entry("properties").or_insert_with(|| json!({})).as_object_mut().unwrap();
        all.extend(properties.as_object().cloned().unwrap_or_default());
    }
    whole
}

/// Returns whether a schema is a list of objects without a documented bound.
fn is_open_list(document: &Value, schema: &Value) -> bool {
    let schema = resolved(document, schema);
    let is_list = |schema: &Map<String, Value>| schema.get("type").is_some_and(|kind| kind == "array");
    let items = || resolved(document, &schema["items"]);
    let is_bounded = || schema.get("maxItems").and_then(Value::as_u64).is_some_and(|items| items <= 100);
    is_list(&schema) && items().contains_key("properties") && !is_bounded()
}

/// Returns whether a schema is a list of objects, or an object with one.
fn has_list(document: &Value, schema: &Value) -> bool {
    let object = resolved(document, schema);
    let properties = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    is_open_list(document, schema) || properties.into_iter().any(|(_, schema)| is_open_list(document, schema))
}

fn list_operations(document: &Value) -> Vec<ListOperation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let response = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if has_list(document, response) {
            let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
            let takes_limit = parameters.into_iter().any(|parameter| parameter["name"] == "limit");
            operations.push(ListOperation { path: path.clone(), takes_limit });
        }
    }
    operations
}

/// Returns the number of entries of the longest list of objects in a response.
fn longest_list(body: &Value) -> usize {
    let lists = [body].into_iter().chain(body.as_object().into_iter().flat_map(Map::values));
    lists.filter_map(Value::as_array).filter(|list| list.iter().all(Value::is_object)).map(Vec::len).max().unwrap_or(0)
}

fn assert_bounded(path: &str, body: &Value) {
    let parts: Vec<&Value> = match body {
        Value::Array(parts) => parts.iter().collect(),
        Value::Object(parts) => parts.values().collect(),
        _ => Vec::new(),
    };
    assert!(!body.is_array() || parts.len() <= MAX_ENTRIES, "{path} returns a list of {} entries", parts.len());
    for part in parts {
        assert_bounded(path, part);
    }
}

/// Users with more sessions, packages, requests and messages than fit on a page, and the ids in the paths to them.
struct Populated {
    actors: Vec<Actor>,
    ids: Vec<(&'static str, i64)>,
}

impl Populated {
    async fn new(app: &TestApp) -> Self {
        let (tutor, student, parent) = (app.tutor().await, app.student().await, app.parent().await);
        for number in 0..105 {
            let terms = json!({ "name": "Algebra", "hourly_rate": 1, "is_active": number < 100 });
            tutor.post("/api/tutor/packages", terms).await.expect(201);
        }
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let daily = json!({
            "schedule_type": "recurring", "days": days, "start_time": "14:00", "end_time": "16:00", "weeks": 26,
        });
        let sent = student.ask(&tutor, daily).await.expect(200);
        tutor.answer(&sent, json!({ "status": "accepted" })).await.expect(200);
        for _ in 0..101 {
            let sent = student.ask(&tutor, json!({})).await.expect(200);
            let path = format!("/api/session-requests/{}/withdraw", sent["request_id"]);
            student.post(&path, json!({})).await.expect(200);
        }
        for other in [app.tutor().await, app.tutor().await] {
            student.ask(&other, json!({})).await.expect(200);
            let body = json!({ "target_user_id": other.user["id"] });
            student.post("/api/connections", body).await.expect(201);
        }
        student.log_in().await;
        for name in ["Abel", "Bethel"] {
            parent.post("/api/parent/children", json!({ "first_name": name })).await.expect(201);
        }
        parent.post("/api/parent/children", json!({ "email": student.user["email"] })).await.expect(201);
        let ids = vec![
            ("tutor_id", tutor.profile("tutor")),
            ("conversation_id", sent["conversation_id"].as_i64().unwrap()),
            ("student_id", student.profile("student")),
            ("user_id", student.user["id"].as_i64().unwrap()),
            ("id", student.user["id"].as_i64().unwrap()),
        ];
        Self { actors: vec![tutor, student, parent], ids }
    }

    fn fill(&self, path: &str) -> String {
        self.ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), &id.to_string()))
    }
}

#[actix_web::test]
async fn every_list_is_bounded_and_honours_its_limit() {
    let (app, anonymous) = TestApp::start().await;
    let document = anonymous.get("/openapi.json").await.expect(200);
    let operations = list_operations(&document);
    assert!(operations.len() >= 15, "only {} lists are documented", operations.len());
    let populated = Populated::new(&app).await;
    let unbounded: Vec<_> = operations.iter().filter(|list| !list.takes_limit).map(|list| &list.path).collect();
    assert_eq!(unbounded, NOT_PAGINATED, "each of these lists documents neither `limit` nor `maxItems`");
    let mut full_pages = 0;
    for path in operations.into_iter().filter(|list| list.takes_limit).map(|list| list.path) {
        // Old clients, who send no limit, call the unversioned path.
        let filled = populated.fill(&path.replacen("/api/v1", "/api", 1));
        let mut answers = 0;
        for actor in &populated.actors {
            let all = actor.get(&format!("{filled}?limit=100")).await;
            if all.status == 403 {
                continue;
            }
            answers += 1;
            let rows = longest_list(&all.expect(200));
            full_pages += usize::from(rows == MAX_ENTRIES);
            let without_limit = actor.get(&filled).await.expect(200);
            assert_bounded(&path, &without_limit);
            let one = actor.get(&format!("{filled}?limit=1")).await;
            assert_eq!(one.header("link").is_some(), rows > 1, "GET {path} of {rows} rows refers to its next page");
            assert_eq!(longest_list(&one.expect(200)), rows.min(1), "GET {path} honours its limit");
            let larger = actor.get(&format!("{filled}?limit=101")).await;
            assert_bounded(&path, &larger.body);
            assert!(larger.status == 422 || longest_list(&larger.body) == rows, "GET {path} has at most 100 rows");
        }
        assert!(answers > 0, "nobody can call GET {filled}");
    }
    assert!(full_pages >= 8, "only {full_pages} lists have more rows than fit on a page");
}

#[actix_web::test]
async fn single_resources_hold_bounded_lists() {
    let (app, anonymous) = TestApp::start().await;
    let populated = Populated::new(&app).await;
    let document = anonymous.get("/openapi.json").await.expect(200);
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"].is_object() && !path.contains("docs") {
            for actor in &populated.actors {
                assert_bounded(path, &actor.get(&populated.fill(path)).await.body);
            }
        }
    }
}
