//! A provider of models, shaped like OpenAI's chat completions, that answers at once; so what is measured is not the model.
//!
//! A message that begins with `together` is answered once as many of them wait as the load has.

use anyhow::{Context, Result};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::Barrier;

/// How long those that are to wait together wait at most: a server may be unable to have so many at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A provider on a free port of loopback, until the program ends.
pub(crate) struct Provider {
    pub(crate) addr: SocketAddr,
    state: Arc<Asked>,
}

struct Asked {
    calls: AtomicUsize,
    together: Barrier,
}

impl Provider {
    pub(crate) async fn start(together: usize) -> Result<Provider> {
        let state = Arc::new(Asked { calls: AtomicUsize::new(0), together: Barrier::new(together) });
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("the provider's port")?;
        let addr = listener.local_addr()?;
        let app = Router::new().route("/v1/chat/completions", post(answer)).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Provider { addr, state })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// How many calls were answered so far.
    pub(crate) fn calls(&self) -> usize {
        self.state.calls.load(Relaxed)
    }
}

async fn answer(State(asked): State<Arc<Asked>>, Json(request): Json<Value>) -> Response {
    let message = &request["messages"].as_array().and_then(|messages| messages.last()).unwrap_or(&Value::Null)["content"];
    if message.as_str().or(message[0]["text"].as_str()).is_some_and(|text| text.starts_with("together")) {
        let _ = tokio::time::timeout(PATIENCE, asked.together.wait()).await;
    }
    asked.calls.fetch_add(1, Relaxed);
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5});
    let about = |object: &str| json!({"id": "c1", "object": object, "created": 1, "model": "bench"});
    if request["stream"] != true {
        let mut whole = about("chat.completion");
        whole["choices"] = json!([{"index": 0, "message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}]);
        whole["usage"] = usage;
        return Json(whole).into_response();
    }
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = about("chat.completion.chunk");
        chunk["choices"] = choices;
        chunk["usage"] = usage;
        format!("data: {chunk}\n\n")
    };
    let body =
        chunk(json!([{"index": 0, "delta": {"role": "assistant", "content": "Done."}, "finish_reason": null}]), Value::Null)
            + &chunk(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]), Value::Null)
            + &chunk(json!([]), usage)
            + "data: [DONE]\n\n";
    ([(CONTENT_TYPE, "text/event-stream")], body).into_response()
}
