//! A call of a tool is a request to its route, which is answered as any other of this caller.

use super::{arguments, server::Server};
use crate::auth::KnownCaller;
use crate::error::ApiError;
use crate::route::{Route, ToolText, serve};
use axum::Router;
use axum::body::to_bytes;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject};
use rookery_domain::{Error, Kind};
use rookery_engine::PublicUrl;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The most bytes of a tool's result. A model can do nothing with more, and Lambda answers with at most 6 MB.
const RESULT_BYTES: usize = 1024 * 1024;
/// The headers of the client's request that the route's request has, too.
const KEPT: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::HOST,
    header::ORIGIN,
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-amzn-trace-id"),
];

impl Server {
    /// The result of a tool. An error of the API is the result of a call that failed, so that the model reads it.
    pub(super) async fn call(&self, route: Route, text: ToolText, arguments: JsonObject) -> CallToolResult {
        let answer = match arguments::request(&route, self.project.id.as_str(), arguments) {
            Ok(mut request) => {
                for name in KEPT {
                    if let Some(value) = self.request.headers.get(&name) {
                        request.headers_mut().insert(name, value.clone());
                    }
                }
                if let Some(known) = self.request.extensions.get::<KnownCaller>() {
                    request.extensions_mut().insert(known.clone());
                }
                if let Some(url) = self.request.extensions.get::<PublicUrl>() {
                    request.extensions_mut().insert(url.clone());
                }
                serve(vec![route], Router::new(), self.app.clone()).oneshot(request).await.into_response()
            }
            Err(error) => ApiError::from(error).into_response(),
        };
        result(answer, text.without).await
    }
}

pub(super) async fn result(answer: Response, without: &[&str]) -> CallToolResult {
    let is_error = !answer.status().is_success();
    let Ok(body) = to_bytes(answer.into_body(), RESULT_BYTES).await else { return too_long() };
    let mut value = serde_json::from_slice::<Value>(&body).unwrap_or_else(|_| json!({}));
    let items = match value.get_mut("data") {
        Some(Value::Array(items)) => items.as_mut_slice(),
        Some(one) => std::slice::from_mut(one),
        None => &mut [],
    };
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        without.iter().for_each(|field| drop(item.shift_remove(*field)));
    }
    of(value, is_error)
}

fn too_long() -> CallToolResult {
    let message = format!("The answer has more than the {RESULT_BYTES} bytes that a tool's result may have.");
    let error =
        Error::new(Kind::TooLarge, "answer_too_large", message, "Ask for less: a smaller `limit`, or one thing by its id.");
    of(json!({"error": {"type": error.code, "message": error.message, "details": error.details}}), true)
}

/// A result, as text for clients that know only that, and as JSON.
pub(super) fn of(value: Value, is_error: bool) -> CallToolResult {
    let content = vec![ContentBlock::text(value.to_string())];
    let mut result = if is_error { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(value);
    result
}
