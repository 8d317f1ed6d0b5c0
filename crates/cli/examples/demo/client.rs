//! A minimal client of the API.

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// The reason why the demo cannot go on.
pub(crate) type Failure = String;

/// A client of one server.
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

impl Client {
    pub(crate) fn new(base: String) -> Self {
        Self { agent: Agent::config_builder().http_status_as_error(false).build().into(), base }
    }

    /// Calls a path and returns the body; any status other than the expected one is a failure.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
        expected: u16,
    ) -> Result<Value, Failure> {
        let failure = |reason: String| format!("{method} {path}: {reason}");
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = request.body(text).map_err(|error| failure(error.to_string()))?;
        let mut response = self.agent.run(request).map_err(|error| failure(error.to_string()))?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().map_err(|error| failure(error.to_string()))?;
        if status != expected {
            return Err(failure(format!("status {status} instead of {expected}: {text}")));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| failure(format!("{error}: {text}")))
    }
}
