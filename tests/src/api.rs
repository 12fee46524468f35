//! A client of the HTTP API. It knows the envelope of answers and errors, but not what the routes mean.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::time::Duration;

/// Where the API is, and with which key it is called. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    http: Client,
    base: String,
    key: Option<String>,
}

/// A request that is being put together.
pub struct Call {
    request: RequestBuilder,
    shown: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    shown: String,
}

impl Api {
    /// A client for a base URL like `http://127.0.0.1:8080`, with a key if one is needed.
    pub fn new(base: &str, key: Option<&str>) -> Api {
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        Api { http, base: base.trim_end_matches('/').to_owned(), key: key.map(str::to_owned) }
    }

    /// The same client with another key.
    pub fn with_key(&self, key: &str) -> Api {
        Api { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same client without a key.
    pub fn without_key(&self) -> Api {
        Api { key: None, ..self.clone() }
    }

    /// The same client with connections of its own: a client's connections belong to the runtime that made them.
    pub(crate) fn afresh(&self) -> Api {
        Api::new(&self.base, self.key.as_deref())
    }

    /// The base URL.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to a path below `/api/v1`, to another path of the server (`/hooks/..`, `/health`), or to a whole URL.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let roots = [
            "/hooks/",
            "/feeds/",
            "/pages/",
            "/approvals/",
            "/health",
            "/openapi.json",
            "/api/",
            "/p/",
            "/.well-known/",
            "/agents",
            "/prompt/",
            "/sessions/",
            "/workflows/",
            "/runs/",
            "/admin/",
        ];
        let root = roots.iter().any(|start| path.starts_with(start));
        let url = match path {
            url if url.starts_with("http") => url.to_owned(),
            path if root => format!("{}{path}", self.base),
            path => format!("{}/api/v1{path}", self.base),
        };
        let shown = format!("{method} {url}");
        let request = self.http.request(method, url);
        let request = match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        };
        Call { request, shown }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).json(body).send().await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PUT, path).json(body).send().await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }

    /// All items of a list, page by page.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        let start = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.get(&format!("{path}{start}limit=200{cursor}")).await.expect(200);
            items.extend(page["data"].as_array().unwrap_or_else(|| panic!("no list at {path}: {page}")).iter().cloned());
            match page["meta"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

impl Call {
    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Call {
        Call { request: self.request.header(name, value), ..self }
    }

    /// Adds a key as the user name of HTTP Basic, without a password.
    pub fn basic(self, key: &str) -> Call {
        Call { request: self.request.basic_auth(key, Some("")), ..self }
    }

    /// Adds a JSON body.
    pub fn json(self, body: &Value) -> Call {
        self.text("application/json", &body.to_string())
    }

    /// Adds a body of this media type.
    pub fn text(self, media_type: &str, body: &str) -> Call {
        self.bytes(media_type, body.as_bytes())
    }

    /// Adds a body of this media type.
    pub fn bytes(self, media_type: &str, body: &[u8]) -> Call {
        Call { request: self.request.header("content-type", media_type).body(body.to_vec()), ..self }
    }

    /// Sends the request. Panics when there is no answer.
    pub async fn send(self) -> Answer {
        let shown = self.shown.clone();
        self.try_send().await.unwrap_or_else(|| panic!("{shown}: no answer"))
    }

    /// Sends the request, and reads server-sent events of the answer while they come. Panics when there is no such answer.
    pub async fn stream(self) -> Frames {
        let response = self.request.header("accept", "text/event-stream").send().await.expect("an answer");
        let media_type = response.headers().get("content-type").map(|value| value.as_bytes().to_vec());
        assert_eq!(media_type.as_deref(), Some(&b"text/event-stream"[..]), "{}: {}", self.shown, response.status());
        Frames { response, text: Vec::new() }
    }

    /// Sends the request; none when there is no answer, or a broken one.
    pub async fn try_send(self) -> Option<Answer> {
        let response = self.request.send().await.ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Answer { status, headers, text: response.text().await.ok()?, shown: self.shown })
    }
}

/// A server-sent event: its id, its name and its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The id.
    pub id: Option<u64>,
    /// The name; `message` for one that has none.
    pub event: String,
    /// The data.
    pub data: Value,
}

/// The events of a stream, while they come.
pub struct Frames {
    response: reqwest::Response,
    text: Vec<u8>,
}

impl Frames {
    /// The next event; none when the stream has ended, or broke off.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.text.windows(2).position(|two| two == b"\n\n") {
                let rest = self.text.split_off(end + 2);
                let frame = String::from_utf8(std::mem::replace(&mut self.text, rest)).unwrap();
                if frame.starts_with(':') {
                    continue;
                }
                let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                return Some(Frame {
                    id: field("id").map(|id| id.parse().unwrap()),
                    event: field("event").unwrap_or("message").to_owned(),
                    data: serde_json::from_str(field("data").unwrap()).unwrap(),
                });
            }
            self.text.extend_from_slice(&self.response.chunk().await.ok()??);
        }
    }

    /// All events up to the end.
    pub async fn rest(mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            frames.push(frame);
        }
        frames
    }
}

impl Answer {
    /// The JSON body of the answer, which must have this status; null for an empty body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.shown, self.text);
        match self.text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error} in {text}", self.shown)),
        }
    }

    /// The `error` of the envelope, which must have this status and type; it always has a message and a remedy.
    #[track_caller]
    pub fn error(&self, status: u16, kind: &str) -> Value {
        let error = self.expect(status)["error"].clone();
        assert_eq!(error["type"], kind, "{}: {}", self.shown, self.text);
        for field in ["message", "details"] {
            assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "{}: no {field} in {}", self.shown, self.text);
        }
        error
    }

    /// The value of a header, as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
