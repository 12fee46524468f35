//! Pages and feeds outside that workflows read: an HTTP server with a page for each path, which can be changed.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Page {
    /// A page of this type.
    pub fn of(content_type: &str, body: impl Into<Vec<u8>>) -> Page {
        Page { status: 200, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// An answer with this status.
    pub fn status(status: u16) -> Page {
        Page { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same page, with a header. Whoever sends its `etag` as `If-None-Match` is answered that nothing has changed.
    pub fn header(mut self, name: &'static str, value: &str) -> Page {
        self.headers.push((name, value.to_owned()));
        self
    }
}

#[derive(Default)]
struct Site {
    pages: HashMap<String, Page>,
    requests: Vec<(String, HeaderMap)>,
}

/// The server, on a thread of its own, which ends when this is dropped.
pub struct Pages {
    addr: SocketAddr,
    site: Arc<Mutex<Site>>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Pages {
    /// Starts a server on a free port of loopback. It has no page yet.
    pub fn start() -> Pages {
        let site = Arc::new(Mutex::new(Site::default()));
        let (addr, stop) = crate::server::start(Router::new().fallback(answer).with_state(site.clone()));
        Pages { addr, site, _stop: stop }
    }

    /// The server's address, in the form of `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// The address of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// Puts a page at a path.
    pub fn set(&self, path: &str, page: Page) {
        self.site.lock().unwrap().pages.insert(path.to_owned(), page);
    }

    /// The headers of the requests for a path so far.
    pub fn requests(&self, path: &str) -> Vec<HeaderMap> {
        let site = self.site.lock().unwrap();
        site.requests.iter().filter(|(asked, _)| asked == path).map(|(_, headers)| headers.clone()).collect()
    }
}

async fn answer(State(site): State<Arc<Mutex<Site>>>, request: Request) -> Response {
    let path = request.uri().to_string();
    let mut site = site.lock().unwrap();
    site.requests.push((path.clone(), request.headers().clone()));
    let Some(page) = site.pages.get(&path).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    let tag = page.headers.iter().find(|(name, _)| *name == "etag").map(|(_, tag)| tag.as_str());
    let is_known = tag.is_some_and(|tag| request.headers().get("if-none-match").is_some_and(|sent| sent == tag));
    let (status, body) = if is_known { (304, Vec::new()) } else { (page.status, page.body) };
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    response.headers_mut().remove("content-type");
    for (name, value) in &page.headers {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    response
}
