//! A system outside that workflows call: an HTTP server that notes the requests and answers by a script.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// When the request came.
    pub at: Instant,
}

/// How the sink answers.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    retry_after: Option<u32>,
    location: Option<&'static str>,
    delay: Duration,
    hangs_up: bool,
}

#[derive(Default)]
struct Ledger {
    requests: Vec<Request>,
    script: VecDeque<Reply>,
    otherwise: Option<Reply>,
}

/// The server, on a thread of its own, which ends when this is dropped.
pub struct Sink {
    addr: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    holds: watch::Sender<bool>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Reply {
    /// An answer with this status.
    pub fn status(status: u16) -> Reply {
        Reply { status, retry_after: None, location: None, delay: Duration::ZERO, hangs_up: false }
    }

    /// No answer: the connection is closed.
    pub fn hangs_up() -> Reply {
        Reply { hangs_up: true, ..Reply::status(200) }
    }

    /// The same answer, with `Retry-After` in seconds.
    pub fn retry_after(self, seconds: u32) -> Reply {
        Reply { retry_after: Some(seconds), ..self }
    }

    /// The same answer, with `Location`.
    pub fn to(self, location: &'static str) -> Reply {
        Reply { location: Some(location), ..self }
    }

    /// The same answer, after this time.
    pub fn after(self, delay: Duration) -> Reply {
        Reply { delay, ..self }
    }
}

impl Request {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The value of a header, as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Sink {
    /// Starts a sink on a free port of loopback. It answers every request with 200.
    pub fn start() -> Sink {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (holds, held) = watch::channel(false);
        let (addr, stop) = crate::server::start(Router::new().fallback(answer).with_state((ledger.clone(), held)));
        Sink { addr, ledger, holds, _stop: stop }
    }

    /// Answers no request until [`Sink::release`].
    pub fn hold(&self) {
        self.holds.send_replace(true);
    }

    /// Answers the requests that were held.
    pub fn release(&self) {
        self.holds.send_replace(false);
    }

    /// The sink's URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// The sink's address, in the form of `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// Sets how the next requests are answered, one after the other.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.ledger.lock().unwrap().script.extend(replies);
    }

    /// Sets how requests are answered when the script is over.
    pub fn otherwise(&self, reply: Reply) {
        self.ledger.lock().unwrap().otherwise = Some(reply);
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.ledger.lock().unwrap().requests.clone()
    }

    /// The different `Idempotency-Key`s so far.
    pub fn keys(&self) -> HashSet<String> {
        self.ledger.lock().unwrap().requests.iter().map(|request| request.header("idempotency-key").to_owned()).collect()
    }

    /// Waits until this many requests have come, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Request> {
        let what = format!("{count} requests at the sink");
        crate::wait_until(&what, async || Some(self.requests()).filter(|requests| requests.len() >= count)).await
    }
}

async fn answer(
    State((ledger, mut held)): State<(Arc<Mutex<Ledger>>, watch::Receiver<bool>)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    request: HttpRequest,
) -> Response {
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    let reply = {
        let mut ledger = ledger.lock().unwrap();
        let (method, path) = (method.to_string(), uri.to_string());
        ledger.requests.push(Request { method, path, headers, body: body.clone(), at: Instant::now() });
        let scripted = ledger.script.pop_front();
        scripted.or_else(|| ledger.otherwise.clone()).unwrap_or(Reply::status(200))
    };
    // This is an error when the sink is gone.
    let _ = held.wait_for(|held| !held).await;
    tokio::time::sleep(reply.delay).await;
    if reply.hangs_up {
        // This ends the connection's task, and so the connection, without the message of a panic.
        std::panic::resume_unwind(Box::new("the sink hangs up"));
    }
    let status = axum::http::StatusCode::from_u16(reply.status).unwrap();
    let mut response = (status, axum::Json(json!({"received": body.len()}))).into_response();
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    if let Some(location) = reply.location {
        response.headers_mut().insert("location", axum::http::HeaderValue::from_static(location));
    }
    response
}
