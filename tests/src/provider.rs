//! A provider of models, shaped like OpenAI's chat completions: what it answers follows from the last message.
//!
//! | The message begins with | The answer |
//! |---|---|
//! | `hold` | `one `, then `two` once the provider is released |
//! | `fail` | 400 |
//! | `slow` | the same as anything else, in two pieces a moment apart |
//! | anything else | `Heard: ` and the message |

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How long the second piece of a slow answer takes: long enough to be killed in it.
const MOMENT: Duration = Duration::from_millis(40);

/// A provider on loopback. It ends when it is dropped.
pub struct Provider {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<Value>>>,
    keys: Arc<Mutex<Vec<String>>>,
    is_released: watch::Sender<bool>,
    _stop: oneshot::Sender<()>,
}

impl Provider {
    /// Starts a provider, which holds back what is to be held.
    #[expect(clippy::new_without_default, reason = "it starts a server")]
    pub fn new() -> Provider {
        let (asked, (is_released, released)) = (Arc::new(Mutex::new(Vec::new())), watch::channel(false));
        let (log, keys) = (asked.clone(), Arc::<Mutex<Vec<String>>>::default());
        let seen = keys.clone();
        let app = Router::new().route(
            "/v1/chat/completions",
            post(async move |headers: HeaderMap, Json(request): Json<Value>| {
                let key = headers.get("authorization").map_or("", |key| key.to_str().unwrap());
                seen.lock().unwrap().push(key.to_owned());
                let answer = answer(&request, released.clone());
                log.lock().unwrap().push(request);
                answer
            }),
        );
        let (addr, stop) = crate::server::start(app);
        Provider { addr, asked, keys, is_released, _stop: stop }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// Its address, for `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// Lets what is held back go on, now and later.
    pub fn release(&self) {
        self.is_released.send_replace(true);
    }

    /// Holds back again.
    pub fn hold(&self) {
        self.is_released.send_replace(false);
    }

    /// The last messages of all requests, in their order.
    pub fn heard(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(last_message).collect()
    }

    /// The keys of all requests, in their order, as the header has them.
    pub fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    /// How many messages the last request had, besides the instructions.
    pub fn last_context(&self) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        let messages = asked.last().unwrap()["messages"].as_array().unwrap().iter();
        messages.filter(|message| message["role"] == "user" || message["role"] == "assistant").cloned().collect()
    }
}

fn last_message(request: &Value) -> String {
    let content = &request["messages"].as_array().unwrap().last().unwrap()["content"];
    let text = content.as_str().or(content[0]["text"].as_str());
    text.unwrap_or_else(|| panic!("no text in {request}")).to_owned()
}

fn answer(request: &Value, mut released: watch::Receiver<bool>) -> Response {
    let message = last_message(request);
    if message.starts_with("fail") {
        let error = json!({"error": {"message": "The model is not to be had.", "type": "invalid_request_error", "code": "no"}});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let id = json!({"id": "c1", "object": "chat.completion.chunk", "model": "test"});
    let chunk = move |more: Value| {
        let mut chunk = id.clone();
        chunk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("data: {chunk}\n\n")
    };
    let text = |text: &str| {
        chunk(json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": null}]}))
    };
    let end = chunk(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        + &chunk(json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}))
        + "data: [DONE]\n\n";
    let (is_held, is_slow) = (message.starts_with("hold"), message.starts_with("slow"));
    let (first, second) = if is_held { (text("one "), text("two")) } else { (text("Heard: "), text(&message)) };
    let rest = async move {
        if is_held {
            released.wait_for(|is_released| *is_released).await.ok();
        }
        if is_slow {
            tokio::time::sleep(MOMENT).await;
        }
        second + &end
    };
    let body = futures::stream::iter([first]).chain(futures::stream::once(rest));
    let body = Body::from_stream(body.map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    ([("content-type", "text/event-stream")], body).into_response()
}
