//! WebSockets of agents. A message is what would be the body of a request to the socket's path, and it is answered as that request
//! would be: with the same keys, roles and errors, but in a frame. So whoever holds the connection asks the router, on one machine as
//! on AWS; nothing here knows a network.

use super::error::{FlueError, Result};
use super::{RUN_ID, error, name_of};
use crate::App;
use crate::auth::Caller;
use crate::ids::Ids;
use crate::route::SESSION;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rookery_domain::Error;
use rookery_store::Project;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// On the answer to a handshake that is taken (101): what may be said on the socket.
#[derive(Clone, Debug)]
pub struct Socket {
    /// The only frame, if nothing is to be asked here.
    refusal: Option<Arc<str>>,
    /// Where an answer is read that is too long for a frame.
    kept_at: Arc<str>,
}

/// The headers of a handshake that each message is asked with.
const KEPT: [HeaderName; 4] = [header::AUTHORIZATION, header::HOST, header::ORIGIN, HeaderName::from_static("x-forwarded-proto")];

/// A frame.
#[derive(Serialize)]
struct Frame<'a, T> {
    r#type: &'a str,
    #[serde(flatten)]
    rest: T,
}

/// `GET /agents/{name}/{id}`, as a WebSocket. An agent that cannot be asked is told by a frame, since clients of sockets do not show the
/// body of an answer to a handshake.
pub(super) async fn agent(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    headers: HeaderMap,
) -> Result<Response> {
    if !is_handshake(&headers) {
        return Ok(error::wrong_method(&Method::GET, &[Method::POST]));
    }
    name_of(ids.text("id"), "id of the agent")?;
    let refusal = match app.reachable(&project.id, &caller, ids.text("name")).await {
        Ok(_) => None,
        Err(error) if error.is_no_agent() => {
            Some(json!({"type": "error", "error": {"type": "not_found", "message": error.message()}}).to_string())
        }
        Err(error) if error.is_not_found() => Some(error_frame(&error)),
        Err(error) => return Err(error),
    };
    let kept_at = format!("{SESSION}/messages").replace("{project}", project.id.as_str());
    let socket = Socket { refusal: refusal.map(Arc::from), kept_at: kept_at.into() };
    Ok((StatusCode::SWITCHING_PROTOCOLS, Extension(socket)).into_response())
}

fn is_handshake(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

impl Socket {
    /// The only frame that is sent before the socket is closed, if nothing can be asked here.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The headers of the request (a POST to the same path) that a message is the body of.
    pub fn headers(handshake: &HeaderMap) -> HeaderMap {
        let kept = KEPT.into_iter().filter_map(|name| Some((name.clone(), handshake.get(&name)?.clone())));
        let media_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        kept.chain([media_type]).collect()
    }

    /// The frame that says what the answer to such a request says, in at most so many bytes.
    pub async fn frame(&self, answer: Response, most: usize) -> String {
        let kind = if answer.status().is_success() { "result" } else { "error" };
        let run_id = answer.headers().get(RUN_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap_or_default();
        match typed(kind, &body) {
            Some(frame) if frame.len() <= most => frame,
            Some(frame) => error_frame(&self.too_long(frame.len(), most, run_id)),
            None => error_frame(&Error::internal("an answer to a message of a socket is no object").into()),
        }
    }

    fn too_long(&self, bytes: usize, most: usize, run_id: Option<String>) -> FlueError {
        let message = format!("The answer is there, but has {bytes} bytes, and a frame has at most {most}.");
        let details = format!("Read it at GET {}, or ask over HTTP.", self.kept_at);
        FlueError::too_large("answer_too_large", message, details).with_meta(json!({"bytes": bytes, "run_id": run_id}))
    }
}

/// An object with its type as the first field.
fn typed(kind: &str, object: &[u8]) -> Option<String> {
    let fields = std::str::from_utf8(object).ok()?.strip_prefix('{')?;
    Some(format!(r#"{{"type":"{kind}",{fields}"#))
}

fn error_frame(error: &FlueError) -> String {
    let frame = Frame { r#type: "error", rest: error.envelope() };
    serde_json::to_string(&frame).unwrap_or_else(|_| r#"{"type":"error"}"#.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Json;
    use serde_json::Value;

    async fn frame(answer: impl IntoResponse, most: usize) -> Value {
        let socket = Socket { refusal: None, kept_at: "/there".into() };
        let frame = socket.frame(answer.into_response(), most).await;
        assert!(frame.len() <= most.max(300), "{frame}");
        serde_json::from_str(&frame).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_a_frame_and_one_that_is_too_long_says_where_it_is() {
        let answer = || ([(RUN_ID, "run_1")], Json(json!({"result": {"text": "x".repeat(400)}})));
        assert_eq!(frame(answer(), 1000).await, json!({"type": "result", "result": {"text": "x".repeat(400)}}));
        let error = frame(answer(), 300).await;
        assert_eq!((&error["type"], &error["error"]["type"]), (&json!("error"), &json!("answer_too_large")));
        assert_eq!(error["error"]["meta"]["run_id"], "run_1");
        assert!(error["error"]["details"].as_str().unwrap().contains("GET /there"), "{error}");
        let refused = frame(FlueError::invalid("No.", "Do."), 1000).await;
        assert_eq!(refused["error"], json!({"type": "invalid_request", "message": "No.", "details": "Do."}));
        assert_eq!(refused["type"], "error");
        for nonsense in ["", "[]", "nothing"] {
            assert_eq!(frame(nonsense, 1000).await["error"]["type"], "internal_error");
        }
    }
}
