//! Something outside that workflows call: an HTTP server that notes what comes and answers by a script.

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

/// What came.
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
    /// When.
    pub at: Instant,
}

/// What it answers.
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

/// The server, on a thread of its own; it ends with this.
pub struct Sink {
    addr: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Reply {
    /// With this status.
    pub fn status(status: u16) -> Reply {
        Reply { status, retry_after: None, location: None, delay: Duration::ZERO, hangs_up: false }
    }

    /// No answer: the connection is closed.
    pub fn hangs_up() -> Reply {
        Reply { hangs_up: true, ..Reply::status(200) }
    }

    /// With `Retry-After`, in seconds.
    pub fn retry_after(self, seconds: u32) -> Reply {
        Reply { retry_after: Some(seconds), ..self }
    }

    /// With `Location`.
    pub fn to(self, location: &'static str) -> Reply {
        Reply { location: Some(location), ..self }
    }

    /// After this time.
    pub fn after(self, delay: Duration) -> Reply {
        Reply { delay, ..self }
    }
}

impl Request {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A header, as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Sink {
    /// Starts one on a free port of loopback. It answers 200 to all.
    pub fn start() -> Sink {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (addr, stop) = crate::server::start(Router::new().fallback(answer).with_state(ledger.clone()));
        Sink { addr, ledger, _stop: stop }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.addr)
    }

    /// Its address, as `--egress-allow` takes it.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// Answers the next requests so, one after the other.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.ledger.lock().unwrap().script.extend(replies);
    }

    /// Answers all requests that no script is left for so.
    pub fn otherwise(&self, reply: Reply) {
        self.ledger.lock().unwrap().otherwise = Some(reply);
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.ledger.lock().unwrap().requests.clone()
    }

    /// The `Idempotency-Key`s that came so far, each once.
    pub fn keys(&self) -> HashSet<String> {
        self.ledger.lock().unwrap().requests.iter().map(|request| request.header("idempotency-key").to_owned()).collect()
    }

    /// Waits until this many requests came, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Request> {
        let what = format!("{count} requests at the sink");
        crate::wait_until(&what, async || Some(self.requests()).filter(|requests| requests.len() >= count)).await
    }
}

async fn answer(
    State(ledger): State<Arc<Mutex<Ledger>>>,
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
    tokio::time::sleep(reply.delay).await;
    if reply.hangs_up {
        // Ends the connection's task, and so the connection, without a panic's message.
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
