//! Errors on the paths of PyFlue: its envelope, `{"error": {"type", "message", "details", "dev"?, "meta"?}}`, over HTTP and in streams.

use crate::error::ApiError;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rookery_domain::{Error, RETRY_AFTER};
use rookery_sessions::ports::{OpError, OpErrorKind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The field of `meta` that has the id of a run.
const RUN_ID_FIELD: &str = "run_id";

/// A result whose error is sent as an answer.
pub(crate) type Result<T, E = FlueError> = std::result::Result<T, E>;

/// An error that is sent as an answer, or as the last frame of a stream.
#[derive(Debug)]
pub(crate) struct FlueError {
    status: StatusCode,
    shown: Shown,
}

/// The body of every error on a path of PyFlue.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FlueError")]
pub(crate) struct Envelope<'e> {
    error: &'e Shown,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
struct Shown {
    /// The stable type, in snake case.
    r#type: String,
    /// What is wrong.
    message: String,
    /// What to do about it.
    details: String,
    /// More, for those who may see the agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    dev: Option<String>,
    /// Details for programs. `retry_after_seconds` says when to come again, as the header `Retry-After` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

impl FlueError {
    fn new(status: StatusCode, code: &str, message: impl Into<String>, details: impl Into<String>) -> Self {
        let shown = Shown { r#type: code.to_owned(), message: message.into(), details: details.into(), dev: None, meta: None };
        FlueError { status, shown }
    }

    /// 400 `invalid_request`.
    pub(crate) fn invalid(message: impl Into<String>, details: impl Into<String>) -> Self {
        FlueError::new(StatusCode::BAD_REQUEST, "invalid_request", message, details)
    }

    /// 400 `invalid_json`.
    pub(crate) fn no_json(why: impl Into<String>) -> Self {
        FlueError::new(StatusCode::BAD_REQUEST, "invalid_json", why, "Send a JSON object, or no body.")
    }

    /// 415, with what came.
    pub(crate) fn media_type(received: &str) -> Self {
        let message = "The body is not said to be JSON.";
        let kind = "unsupported_media_type";
        FlueError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, kind, message, "Send `Content-Type: application/json`.")
            .with_meta(json!({"received": received}))
    }

    /// 404, which names the agents that there are to those who may see them.
    pub(crate) fn no_agent(name: &str, known: Option<&[String]>) -> Self {
        let message = format!("There is no agent `{name}`.");
        let error = FlueError::new(StatusCode::NOT_FOUND, "agent_not_found", message, "GET /agents lists those that there are.");
        error.with_dev(
            known.map(|names| format!("Agents here: {}.", if names.is_empty() { "none".into() } else { names.join(", ") })),
        )
    }

    /// 404 for an agent that may not be reached from outside.
    pub(crate) fn no_webhook(name: &str) -> Self {
        let message = format!("The agent `{name}` cannot be reached over HTTP.");
        let details = "Its definition says `triggers: {webhook: false}`.";
        FlueError::new(StatusCode::NOT_FOUND, "agent_not_webhook", message, details)
    }

    /// 404 `not_found`.
    pub(crate) fn not_found(message: impl Into<String>, details: impl Into<String>) -> Self {
        FlueError::new(StatusCode::NOT_FOUND, "not_found", message, details)
    }

    /// 404 for a workflow that cannot be called by this name.
    pub(crate) fn no_workflow(name: &str) -> Self {
        let message = format!("There is no workflow `{name}` that can be called.");
        let details = "Start one of this name that has a `manual` or a `webhook` trigger. Without `/p/{project}` in the path, the project is \
                       the key's own, or `default`.";
        FlueError::not_found(message, details)
    }

    /// 409 for a text that names several sessions that are at work.
    pub(crate) fn ambiguous_session(session_id: &str, count: usize) -> Self {
        let message = format!("`{session_id:.600}` names {count} sessions that are at work, so none was ended.");
        let details = "Say which: `?agent=NAME`, and `&instance=ID` where ids or names have colons.";
        FlueError::new(StatusCode::CONFLICT, "ambiguous_session", message, details)
    }

    /// 413, with a code of its own.
    pub(crate) fn too_large(code: &str, message: impl Into<String>, details: impl Into<String>) -> Self {
        FlueError::new(StatusCode::PAYLOAD_TOO_LARGE, code, message, details)
    }

    /// Whether nothing is there.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Whether there is no agent of this name.
    pub(crate) fn is_no_agent(&self) -> bool {
        self.shown.r#type == "agent_not_found"
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.shown.message
    }

    /// 404 for a run that is not there, or whose session or workflow is deleted.
    pub(crate) fn no_run(id: &str) -> Self {
        let message = format!("There is no run `{id:.600}`.");
        FlueError::new(
            StatusCode::NOT_FOUND,
            "run_not_found",
            message,
            "GET /admin/runs lists the runs; a deleted session has none.",
        )
    }

    /// 404 for an instance that had no run.
    pub(crate) fn no_instance(id: &str) -> Self {
        let message = format!("The agent has no instance `{id:.600}` that had a run.");
        let details = "GET /admin/agents/{name}/instances lists those that there are.";
        FlueError::new(StatusCode::NOT_FOUND, "instance_not_found", message, details)
    }

    /// 400 for a parameter of the query.
    pub(crate) fn bad_query(name: &str, value: &str, details: impl Into<String>) -> Self {
        let message = format!("The query parameter `{name}` is not one that is taken.");
        FlueError::new(StatusCode::BAD_REQUEST, "invalid_query_param", message, details)
            .with_meta(json!({"param": name, "value": value}))
    }

    /// 500 for a run that failed. Its reason is for those who may see it.
    pub(crate) fn run_failed(run_id: &str, at: &str, code: &str, reason: Option<String>) -> Self {
        let message = format!("The run failed at `{at}` ({code}).");
        FlueError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message, "GET /runs/{run_id} says what went wrong.")
            .with_dev(reason)
            .with_meta(json!({"run_id": run_id, "code": code}))
    }

    /// 504 for a run that goes on, although its caller cannot wait any longer.
    pub(crate) fn run_goes_on(run_id: &str, seconds: u64) -> Self {
        let message = format!("The run is not over after {seconds} seconds, and goes on.");
        let details = "GET /runs/{run_id} tells its result later; GET /runs/{run_id}/stream follows it. `meta` has the id.";
        FlueError::new(StatusCode::GATEWAY_TIMEOUT, "timeout", message, details).with_meta(json!({"run_id": run_id}))
    }

    /// Its type, what is wrong, and what to do about it.
    pub(crate) fn told(&self) -> (&str, &str, &str) {
        (&self.shown.r#type, &self.shown.message, &self.shown.details)
    }

    pub(crate) fn with_dev(mut self, dev: Option<String>) -> Self {
        self.shown.dev = dev;
        self
    }

    pub(crate) fn with_meta(mut self, meta: Value) -> Self {
        self.shown.meta = Some(meta);
        self
    }

    /// The same as the end of a run, whose id is in `meta`, and in the header that answers of runs have.
    pub(crate) fn of_run(mut self, run_id: &str) -> Self {
        match &mut self.shown.meta {
            Some(Value::Object(meta)) => drop(meta.insert(RUN_ID_FIELD.to_owned(), run_id.into())),
            meta => *meta = Some(json!({RUN_ID_FIELD: run_id})),
        }
        self
    }

    /// The same for a caller who may not see what the agents are made of.
    pub(crate) fn without_dev(self) -> Self {
        self.with_dev(None)
    }

    /// The envelope, as the data of a stream's last frame.
    pub(crate) fn envelope(&self) -> Envelope<'_> {
        Envelope { error: &self.shown }
    }
}

impl From<ApiError> for FlueError {
    fn from(error: ApiError) -> Self {
        let (status, error) = error.into_parts();
        let shown =
            Shown { r#type: error.code.to_owned(), message: error.message, details: error.details, dev: None, meta: error.meta };
        FlueError { status, shown }
    }
}

impl From<Error> for FlueError {
    fn from(error: Error) -> Self {
        ApiError::from(error).into()
    }
}

impl From<OpError> for FlueError {
    fn from(error: OpError) -> Self {
        let OpError { kind, code, mut message, mut details, dev, retry_after_s } = error;
        // What the log says of an end is one text: what is wrong, then what helps.
        if details.is_empty() {
            details = match message.split_once(". ") {
                Some((wrong, helps)) => {
                    let parts = (format!("{wrong}."), helps.to_owned());
                    message = parts.0;
                    parts.1
                }
                None => "The session's events say what happened; ask again.".to_owned(),
            };
        }
        let (status, shown_code) = match kind {
            OpErrorKind::Busy => (StatusCode::CONFLICT, "session_busy"),
            OpErrorKind::Aborted => (StatusCode::CONFLICT, "aborted"),
            OpErrorKind::Closed => (StatusCode::CONFLICT, "session_closing"),
            OpErrorKind::Conflict => (StatusCode::CONFLICT, "idempotency_conflict"),
            OpErrorKind::Model => (StatusCode::BAD_GATEWAY, "model_error"),
            OpErrorKind::ModelUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "model_error"),
            OpErrorKind::Expired => (StatusCode::GATEWAY_TIMEOUT, "expired"),
            OpErrorKind::Failed => (StatusCode::UNPROCESSABLE_ENTITY, "failed"),
            OpErrorKind::Invalid => (StatusCode::BAD_REQUEST, "invalid_request"),
            OpErrorKind::NotFound => (StatusCode::NOT_FOUND, "agent_not_found"),
            OpErrorKind::Full => (StatusCode::SERVICE_UNAVAILABLE, "session_full"),
            OpErrorKind::Internal if code == "unavailable" => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            OpErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        };
        let mut meta = Map::new();
        if code != shown_code {
            meta.insert("code".to_owned(), code.into());
        }
        if let Some(seconds) = retry_after_s {
            meta.insert(RETRY_AFTER.to_owned(), seconds.into());
        }
        let shown = FlueError::new(status, shown_code, message, details).with_dev(dev);
        if meta.is_empty() { shown } else { shown.with_meta(meta.into()) }
    }
}

impl IntoResponse for FlueError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::warn!(code = self.shown.r#type, message = self.shown.message, "a request to an agent failed");
        }
        let mut response = (self.status, Json(self.envelope())).into_response();
        let run_id = self.shown.meta.as_ref().and_then(|meta| HeaderValue::from_str(meta.get(RUN_ID_FIELD)?.as_str()?).ok());
        response.headers_mut().extend(run_id.map(|id| (super::RUN_ID, id)));
        if let Some(seconds) = self.shown.meta.as_ref().and_then(|meta| meta.get(RETRY_AFTER)?.as_u64()) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// 405: like PyFlue, it says in `meta` what the path takes, and has no header `Allow`.
pub(crate) fn wrong_method(method: &Method, allow: &[Method]) -> Response {
    let allowed: Vec<&str> = allow.iter().filter(|method| **method != Method::HEAD).map(Method::as_str).collect();
    let message = format!("This path does not take {method}; it takes {}.", allowed.join(", "));
    FlueError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message, "Use one of these methods.")
        .with_meta(json!({"allowed": allowed}))
        .into_response()
}
