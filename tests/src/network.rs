//! A network in front of a Rookery: what others ask of it goes through here, is recorded, and may be lost or doubled.

use crate::server;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// The largest body that goes through.
const MOST: usize = 1024 * 1024;

/// A request that went through.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// Its header `authorization`.
    pub authorization: String,
    /// Its body.
    pub body: Vec<u8>,
    /// The status of the answer.
    pub status: u16,
}

#[derive(Default)]
struct Wires {
    to: String,
    client: reqwest::Client,
    passed: Vec<Passed>,
    is_bad: bool,
}

/// A network, with an address of its own.
pub struct Network {
    url: String,
    wires: Arc<Mutex<Wires>>,
    _stop: oneshot::Sender<()>,
}

impl Network {
    /// A network that leads nowhere yet. If it is bad, each POST reaches the other end twice, and the answer to the first of each address is
    /// lost.
    pub fn new(is_bad: bool) -> Network {
        let wires = Arc::new(Mutex::new(Wires { is_bad, ..Wires::default() }));
        let (addr, stop) = server::start(Router::new().fallback(pass).with_state(wires.clone()));
        Network { url: format!("http://{addr}"), wires, _stop: stop }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets it lead to this address.
    pub fn leads_to(&self, url: &str) {
        self.wires.lock().unwrap().to = url.to_owned();
    }

    /// What went through.
    pub fn passed(&self) -> Vec<Passed> {
        self.wires.lock().unwrap().passed.clone()
    }
}

async fn pass(State(wires): State<Arc<Mutex<Wires>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST).await.unwrap().to_vec();
    let (to, client, is_bad) = {
        let wires = wires.lock().unwrap();
        (wires.to.clone(), wires.client.clone(), wires.is_bad && parts.method == Method::POST)
    };
    let url = format!("{to}{}", parts.uri);
    let mut headers: HeaderMap = parts.headers.clone();
    headers.remove("host");
    let send = async || client.request(parts.method.clone(), &url).headers(headers.clone()).body(body.clone()).send().await;
    let Ok(answer) = send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    if is_bad && send().await.is_err() {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (status, media_type) = (answer.status(), answer.headers().get("content-type").cloned());
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let passed = Passed {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        authorization: text("authorization"),
        body: body.clone(),
        status: status.as_u16(),
    };
    let is_first = {
        let mut wires = wires.lock().unwrap();
        let is_first = !wires.passed.iter().any(|before| before.path == passed.path);
        wires.passed.push(passed);
        is_first
    };
    let answer = answer.bytes().await.unwrap();
    if is_bad && is_first {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let mut response = (status, answer).into_response();
    if let Some(media_type) = media_type {
        response.headers_mut().insert("content-type", media_type);
    }
    response
}
