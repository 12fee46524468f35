//! WebSockets of agents and workflows. A message is what would be the body of a request to the socket's path, and it is answered as that
//! request would be: with the same keys, roles and errors, but in frames. So whoever holds the connection asks the router; nothing here
//! knows a network.

use super::error::{FlueError, Result};
use super::{RUN_ID, error, frames, name_of};
use crate::App;
use crate::auth::{Caller, KnownCaller};
use crate::ids::Ids;
use crate::route::SESSION;
use crate::sign_in;
use axum::Extension;
use axum::body::to_bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::{BoxStream, once};
use rookery_domain::Error;
use rookery_store::Project;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// On the answer to a handshake that is taken (101): what may be said on the socket. It can be kept, and holds no secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Socket {
    /// The only frame, if nothing is to be asked here.
    refusal: Option<Arc<str>>,
    /// Where an answer is read that is too long for a frame.
    kept_at: Arc<str>,
    /// Whether a message calls a workflow: what happens comes while it does, and the end of that is the end of the socket.
    calls_workflow: bool,
    /// Who has opened it.
    caller: Option<KnownCaller>,
}

/// The headers of a handshake that each message is asked with.
const KEPT: [HeaderName; 5] =
    [header::AUTHORIZATION, header::COOKIE, header::HOST, header::ORIGIN, HeaderName::from_static("x-forwarded-proto")];

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
        Err(error) if error.is_no_agent() => Some(not_found(error.message())),
        Err(error) if error.is_not_found() => Some(error_frame(&error)),
        Err(error) => return Err(error),
    };
    let kept_at = format!("{SESSION}/messages").replace("{project}", project.id.as_str());
    let caller = KnownCaller::of(&app, &caller);
    let socket = Socket { refusal: refusal.map(Arc::from), kept_at: kept_at.into(), calls_workflow: false, caller };
    Ok((StatusCode::SWITCHING_PROTOCOLS, Extension(socket)).into_response())
}

/// `GET /workflows/{name}`, as a WebSocket.
pub(super) async fn workflow(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    ids: Ids,
    headers: HeaderMap,
) -> Result<Response> {
    if !is_handshake(&headers) {
        return Ok(error::wrong_method(&Method::GET, &[Method::POST]));
    }
    let refusal = match app.engine.workflow_by_name(&project.id, ids.text("name")).await? {
        Some(_) => None,
        None => Some(not_found(FlueError::no_workflow(ids.text("name")).message())),
    };
    let caller = KnownCaller::of(&app, &caller);
    let socket = Socket { refusal: refusal.map(Arc::from), kept_at: "/runs/{run_id}".into(), calls_workflow: true, caller };
    Ok((StatusCode::SWITCHING_PROTOCOLS, Extension(socket)).into_response())
}

/// The frame in which PyFlue tells that there is nothing: it has no remedy.
fn not_found(message: &str) -> String {
    json!({"type": "error", "error": {"type": "not_found", "message": message}}).to_string()
}

fn is_handshake(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

impl Socket {
    /// The only frame that is sent before the socket is closed, if nothing can be asked here.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The head of the request that a message is the body of.
    pub fn request(&self, handshake: &Parts) -> Parts {
        let mut request = handshake.clone();
        request.method = Method::POST;
        // Some headers come in several lines: over HTTP/2, each cookie may have its own.
        let lines = |name: HeaderName| handshake.headers.get_all(&name).iter().map(move |value| (name.clone(), value.clone()));
        let kept = KEPT.into_iter().flat_map(lines);
        request.headers = kept.chain([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]).collect();
        if request.headers.contains_key(header::COOKIE) {
            // The origin of the handshake was looked at, since a page can set no headers on it.
            request.headers.insert(sign_in::CONSOLE, HeaderValue::from_static("1"));
        }
        if self.calls_workflow {
            request.headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
            let path = handshake.uri.path();
            // The path comes from an address, so the new address is one, too.
            request.uri = format!("{path}?wait=result").parse().unwrap_or_else(|_| handshake.uri.clone());
        }
        request
    }

    /// The same without the handshake, which is long over and had a key: its path is left, and the caller is known.
    pub fn request_without_key(&self, path: Uri) -> Parts {
        let mut handshake = Request::new(()).into_parts().0;
        handshake.uri = path;
        if let Some(caller) = &self.caller {
            handshake.extensions.insert(caller.clone());
        }
        self.request(&handshake)
    }

    /// Whether the socket is closed after the answer to the first message.
    pub fn ends(&self) -> bool {
        self.calls_workflow
    }

    /// The frames that say what the answer to such a request says, each in at most so many bytes.
    pub fn frames(&self, answer: Response, most: usize) -> BoxStream<'static, String> {
        let run_id = answer.headers().get(RUN_ID).and_then(|id| id.to_str().ok()).map(str::to_owned);
        let (kind, is_stream) = (if answer.status().is_success() { "result" } else { "error" }, frames::is_stream(&answer));
        let body = answer.into_body();
        let all = match is_stream {
            true => body.into_data_stream().filter_map(async |event| frame_of(&event.ok()?)).boxed(),
            false => once(to_bytes(body, usize::MAX)).map(move |body| whole(kind, &body.unwrap_or_default())).boxed(),
        };
        let socket = self.clone();
        let bounded = move |frame: String| match frame.len() {
            length if length <= most => frame,
            length => error_frame(&socket.too_long(length, most, run_id.clone())),
        };
        all.map(bounded).boxed()
    }

    fn too_long(&self, bytes: usize, most: usize, run_id: Option<String>) -> FlueError {
        let message = format!("The answer is there, but has {bytes} bytes, and a frame has at most {most}.");
        let details = format!("Read it at GET {}, or ask over HTTP.", self.kept_at);
        FlueError::too_large("answer_too_large", message, details).with_meta(json!({"bytes": bytes, "run_id": run_id}))
    }
}

/// The frame that an answer is.
fn whole(kind: &str, body: &[u8]) -> String {
    typed(kind, body).unwrap_or_else(|| error_frame(&Error::internal("an answer to a message of a socket is no object").into()))
}

/// The frame that an event of a stream is; none for a heartbeat. What happens in a run has a type of its own.
fn frame_of(event: &[u8]) -> Option<String> {
    let (name, data) = frames::read(std::str::from_utf8(event).ok()?)?;
    match name {
        "result" | "error" => typed(name, data.as_bytes()),
        _ => Some(data.to_owned()),
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

    async fn all(answer: impl IntoResponse, most: usize) -> Vec<Value> {
        let socket = Socket { refusal: None, kept_at: "/there".into(), calls_workflow: false, caller: None };
        let frames: Vec<String> = socket.frames(answer.into_response(), most).collect().await;
        assert!(frames.iter().all(|frame| frame.len() <= most.max(300)), "{frames:?}");
        frames.iter().map(|frame| serde_json::from_str(frame).unwrap()).collect()
    }

    async fn frame(answer: impl IntoResponse, most: usize) -> Value {
        <[Value; 1]>::try_from(all(answer, most).await).unwrap()[0].take()
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

    #[tokio::test]
    async fn each_event_of_a_stream_is_a_frame_and_a_heartbeat_is_none() {
        let event = json!({"type": "log", "event_index": 2});
        let parts = [
            frames::frame(Some(2), "log", &event),
            ": heartbeat\n\n".to_owned(),
            frames::frame(None, "result", &json!({"run_id": "r", "result": 1})),
            frames::error_frame(&FlueError::invalid("No.", "Do.")),
        ];
        let all = all(frames::answer(futures::stream::iter(parts)), 1000).await;
        let error = json!({"type": "invalid_request", "message": "No.", "details": "Do."});
        assert_eq!(all[..2], [event, json!({"type": "result", "run_id": "r", "result": 1})]);
        assert_eq!(all[2..], [json!({"type": "error", "error": error})]);
    }

    #[test]
    fn a_message_to_a_workflow_is_asked_for_all_that_happens() {
        let socket = Socket { refusal: None, kept_at: "/there".into(), calls_workflow: true, caller: None };
        let handshake = axum::http::Request::get("/p/x/workflows/a%20b?wait=no").header("upgrade", "websocket");
        let request = socket.request(&handshake.body(()).unwrap().into_parts().0);
        assert_eq!((request.method, request.uri.to_string()), (Method::POST, "/p/x/workflows/a%20b?wait=result".to_owned()));
        assert_eq!((request.headers.len(), &request.headers["accept"]), (2, &"text/event-stream".parse().unwrap()));
    }

    #[test]
    fn all_cookies_of_the_handshake_come_along_however_many_lines_they_have() {
        let socket = Socket { refusal: None, kept_at: "/there".into(), calls_workflow: false, caller: None };
        let handshake = axum::http::Request::get("/p/x/agents/a/b").header("cookie", "theme=dark").header("cookie", "session=s");
        let request = socket.request(&handshake.body(()).unwrap().into_parts().0);
        let lines: Vec<_> = request.headers.get_all("cookie").iter().collect();
        assert_eq!(lines, ["theme=dark", "session=s"]);
    }
}
