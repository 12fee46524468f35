//! An external agent under test: it notes what it is asked, acknowledges by a script, and answers when a test tells it to.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// What the agent was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The id with which the request was acknowledged; if it was not, the id of the next one.
    pub request_id: String,
    /// The body.
    pub body: Value,
    /// The headers.
    pub headers: HeaderMap,
}

/// How the agent answers a call.
#[derive(Clone, Debug)]
pub enum Acknowledge {
    /// It acknowledges with a new id for each call.
    Fresh,
    /// It acknowledges with this id.
    With(String),
    /// It answers with this status and body.
    Status(u16, String),
    /// It posts a result, with or without the token, and then acknowledges with this id.
    ResultFirst(String, Value, bool),
    /// It posts a result with the token, and then fails.
    ResultThenFail(Value),
}

#[derive(Default)]
struct Ledger {
    asked: Vec<Asked>,
    script: VecDeque<Acknowledge>,
    otherwise: Option<Acknowledge>,
    /// The statuses of the answers to early results.
    early: Vec<u16>,
}

/// The agent, on a thread of its own, which ends when this is dropped.
pub struct ExternalAgent {
    addr: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    http: reqwest::Client,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Asked {
    /// The value of a header, as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The result `{"finish": {"result": text}}` for a request.
pub fn finish(request_id: &str, text: &str) -> Value {
    json!({"requestId": request_id, "result": {"agentOutcome": {"finish": {"result": text}}}})
}

impl ExternalAgent {
    /// Starts an agent on a free port of loopback. It acknowledges each call with a new id.
    pub fn start() -> ExternalAgent {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let (addr, stop) = crate::server::start(Router::new().route("/api/execute", post(execute)).with_state(ledger.clone()));
        ExternalAgent { addr, ledger, http: reqwest::Client::builder().no_proxy().build().unwrap(), _stop: stop }
    }

    /// The agent's base URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The agent's address, in the form of `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// Sets how the next calls are answered, one after the other.
    pub fn script(&self, script: impl IntoIterator<Item = Acknowledge>) {
        self.ledger.lock().unwrap().script.extend(script);
    }

    /// Sets how calls are answered when the script is over.
    pub fn otherwise(&self, acknowledge: Acknowledge) {
        self.ledger.lock().unwrap().otherwise = Some(acknowledge);
    }

    /// What the agent was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.ledger.lock().unwrap().asked.clone()
    }

    /// The statuses of the answers to its early results.
    pub fn early(&self) -> Vec<u16> {
        self.ledger.lock().unwrap().early.clone()
    }

    /// How many different `Idempotency-Key`s came so far.
    pub fn keys(&self) -> usize {
        self.asked()
            .iter()
            .map(|asked| asked.header("idempotency-key").to_owned())
            .collect::<std::collections::HashSet<_>>()
            .len()
    }

    /// Waits until the agent was asked this often.
    pub async fn wait_for(&self, count: usize) -> Vec<Asked> {
        let what = format!("{count} requests at the external agent");
        crate::wait_until(&what, async || Some(self.asked()).filter(|asked| asked.len() >= count)).await
    }

    /// Posts a result to the address in the request, with its token. Gives the status and the body.
    pub async fn post(&self, asked: &Asked, result: &Value) -> (u16, Value) {
        let token = [("x-callback-token", asked.header("x-callback-token"))];
        self.post_to(asked.header("x-callback-url"), &token, result).await
    }

    /// Posts a result to an address, with these headers.
    pub async fn post_to(&self, url: &str, headers: &[(&str, &str)], result: &Value) -> (u16, Value) {
        self.try_post(url, headers, result).await.expect("the result is answered")
    }

    /// Like [`ExternalAgent::post_to`]; none when there is no answer.
    pub async fn try_post(&self, url: &str, headers: &[(&str, &str)], result: &Value) -> Option<(u16, Value)> {
        let headers: HashMap<&str, &str> = headers.iter().copied().collect();
        let request = self.http.post(url).header("content-type", "application/json").body(result.to_string());
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, serde_json::from_str(&answer.text().await.ok()?).unwrap_or_default()))
    }
}

async fn execute(State(ledger): State<Arc<Mutex<Ledger>>>, headers: HeaderMap, body: Bytes) -> Response {
    let fresh = uuid::Uuid::new_v4().to_string();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let acknowledge = {
        let mut ledger = ledger.lock().unwrap();
        let scripted = ledger.script.pop_front();
        let acknowledge = scripted.or_else(|| ledger.otherwise.clone()).unwrap_or(Acknowledge::Fresh);
        let request_id = match &acknowledge {
            Acknowledge::With(id) | Acknowledge::ResultFirst(id, ..) => id.clone(),
            _ => fresh.clone(),
        };
        ledger.asked.push(Asked { request_id, body, headers: headers.clone() });
        acknowledge
    };
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let early = async |result: Value, with_token: bool| {
        let token = if with_token { header("x-callback-token") } else { String::new() };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut post = client.post(header("x-callback-url")).header("content-type", "application/json").body(result.to_string());
        if with_token {
            post = post.header("x-callback-token", token);
        }
        let status = post.send().await.unwrap().status().as_u16();
        ledger.lock().unwrap().early.push(status);
    };
    match acknowledge {
        Acknowledge::Fresh => axum::Json(json!({"requestId": fresh})).into_response(),
        Acknowledge::With(id) => axum::Json(json!({"requestId": id})).into_response(),
        Acknowledge::Status(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Acknowledge::ResultFirst(id, result, with_token) => {
            early(result, with_token).await;
            axum::Json(json!({"requestId": id})).into_response()
        }
        Acknowledge::ResultThenFail(result) => {
            early(result, true).await;
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
