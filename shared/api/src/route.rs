//! The table of routes: it registers and documents them, each behind its guard.

use crate::auth::Access;
use crate::body::Input;
use crate::error::{Result, catch_panics, unknown_path, wrong_method};
use crate::guard::{Gate, guard};
use crate::observe::observed;
use crate::shape::Shape;
use crate::{App, flue, host};
use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use rookery_domain::Error;
use schemars::JsonSchema;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// The path of one project.
pub(crate) const PROJECT: &str = "/api/v1/projects/{project}";
/// The path of one project, for protocols that have paths of their own.
const TWIN: &str = "/p/{project}";
/// The path of one workflow.
pub(crate) const WORKFLOW: &str = "/api/v1/projects/{project}/workflows/{workflow}";
/// The path of one persistent agent.
pub(crate) const DEFINITION: &str = "/api/v1/projects/{project}/agents/{agent}";
/// The path of one session of a persistent agent.
pub(crate) const SESSION: &str = "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}";
/// The path of one agent.
pub(crate) const AGENT: &str = "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}";

/// A route: a method of a path.
#[cfg_attr(not(feature = "schemas"), expect(dead_code, reason = "what only the documents say"))]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) access: Access,
    pub(crate) summary: &'static str,
    /// The path of the handler's function, like `rookery_api::projects::create`: the operation's name in the document is made of it.
    pub(crate) handler_name: &'static str,
    /// The parameters of the query, with their descriptions.
    pub(crate) query: Vec<(&'static str, &'static str)>,
    /// The headers that the route reads, with their descriptions.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    /// The schema of the body, and whether there must be a body.
    pub(crate) input: Option<(Shape, bool)>,
    pub(crate) status: u16,
    pub(crate) output: Option<Shape>,
    /// Whether the answer may also come as server-sent events.
    pub(crate) streams: bool,
    /// What the route is as a tool for models; none for most.
    pub(crate) tool: Option<ToolText>,
    handler: MethodRouter<App>,
}

/// What a model is told of a route that is a tool of MCP; the rest it is told by the route itself. See [`crate::mcp`].
#[derive(Clone, Copy)]
pub(crate) struct ToolText {
    pub(crate) name: &'static str,
    /// What the tool is for, and when to use it.
    pub(crate) says: &'static str,
    /// The fields of `data` that a model is not shown: they are long, and there is a tool that shows them.
    pub(crate) without: &'static [&'static str],
}

impl Route {
    /// Makes a route whose answer is 204.
    pub(crate) fn new<H, T>(method: Method, path: impl Into<String>, access: Access, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = match method {
            Method::GET => MethodFilter::GET,
            Method::PUT => MethodFilter::PUT,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
            _ => MethodFilter::POST,
        };
        Route {
            method,
            path: path.into(),
            access,
            summary,
            handler_name: std::any::type_name::<H>(),
            query: Vec::new(),
            headers: Vec::new(),
            input: None,
            status: 204,
            output: None,
            streams: false,
            tool: None,
            handler: on(filter, handler),
        }
    }

    /// Sets the type of the body.
    pub(crate) fn takes<T: Input>(mut self) -> Self {
        self.input = Some((Shape::of::<T>(), !T::OPTIONAL));
        self
    }

    /// Sets the status and type of the answer when all is well.
    pub(crate) fn answers<T: JsonSchema>(mut self, status: u16) -> Self {
        self.status = status;
        self.output = Some(Shape::of::<T>());
        self
    }

    /// Sets the type of a body that the handler reads by itself.
    pub(crate) fn reads<T: JsonSchema>(mut self) -> Self {
        self.input = Some((Shape::of::<T>(), true));
        self
    }

    /// Says that the answer may also come as server-sent events.
    pub(crate) fn streams(mut self) -> Self {
        self.streams = true;
        self
    }

    /// Makes the route a tool for models.
    pub(crate) fn tool(mut self, name: &'static str, says: &'static str) -> Self {
        self.tool = Some(ToolText { name, says, without: &[] });
        self
    }

    /// Names the fields of `data` that the tool does not show.
    pub(crate) fn without(mut self, fields: &'static [&'static str]) -> Self {
        self.tool = self.tool.map(|tool| ToolText { without: fields, ..tool });
        self
    }

    /// Says that the route is a WebSocket's: a GET that does not ask for one is a wrong method.
    pub(crate) fn opens_socket(mut self) -> Self {
        self.status = 101;
        self
    }

    /// Whether the route is a WebSocket's.
    pub(crate) fn is_socket(&self) -> bool {
        self.status == 101
    }

    /// Whether the route is at the address where agents are asked: all paths of PyFlue, whose client knows one address, and what streams.
    pub(crate) fn is_for_prompts(&self) -> bool {
        self.streams || matches!(self.access, Access::Flue(_))
    }

    /// Whether the console's cookie stands for a key: in the API, and where agents are asked. Protocols between programs know keys alone.
    fn takes_cookie(&self) -> bool {
        match self.access {
            Access::Public => false,
            Access::Flue(_) => true,
            _ => self.path.starts_with("/api/v1/"),
        }
    }

    /// The route, and the same below the path of a project.
    pub(crate) fn twin(self) -> [Route; 2] {
        let below = Route {
            method: self.method.clone(),
            path: format!("{TWIN}{}", self.path),
            query: self.query.clone(),
            headers: self.headers.clone(),
            handler: self.handler.clone(),
            ..self
        };
        [self, below]
    }

    /// Whether the route is the second of a twin.
    #[cfg(feature = "schemas")]
    pub(crate) fn is_twin(&self) -> bool {
        matches!(self.access, Access::Flue(_)) && self.path.starts_with(TWIN)
    }

    /// Adds a parameter of the query.
    pub(crate) fn query(mut self, name: &'static str, says: &'static str) -> Self {
        self.query.push((name, says));
        self
    }

    /// Adds the parameters of a list.
    pub(crate) fn paged(self) -> Self {
        self.query("limit", "How many items a page has at most: 1 to 200, 50 when it is left out.")
            .query("cursor", "Where the page begins: `meta.next_cursor` of the page before.")
    }

    /// Adds the parameters of a span of time.
    pub(crate) fn windowed(self, [from, to]: [&'static str; 2]) -> Self {
        self.query("from", from).query("to", to)
    }

    /// Adds a header that the route reads.
    pub(crate) fn header(mut self, name: &'static str, says: &'static str) -> Self {
        self.headers.push((name, says));
        self
    }
}

/// Serves the routes, each behind its guard, and answers requests that fit none of them.
pub(crate) fn serve(routes: Vec<Route>, more: Router<App>, app: App) -> Router {
    let mut paths: BTreeMap<String, (MethodRouter<App>, Vec<Method>, WrongMethod)> = BTreeMap::new();
    for route in routes {
        let known = route.query.iter().map(|(name, _)| *name).collect();
        let is_socket = route.is_socket();
        let gate = Gate { app: app.clone(), access: route.access, takes_cookie: route.takes_cookie(), query: known };
        let (methods, allow, refuse) =
            paths.entry(route.path).or_insert_with(|| (MethodRouter::new(), Vec::new(), wrong_method_of_ours));
        if matches!(route.access, Access::Flue(_)) {
            *refuse = flue::error::wrong_method;
        }
        *methods = std::mem::take(methods)
            .merge(route.handler.route_layer(from_fn_with_state(gate, guard)).route_layer(from_fn(kept_by_nobody)));
        if is_socket {
            continue;
        }
        if route.method == Method::GET {
            allow.push(Method::HEAD);
        }
        allow.push(route.method);
    }
    let mut router = more;
    for (path, (methods, mut allow, refuse)) in paths {
        allow.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        // `any` keeps axum from adding a header `Allow` to answers that have none.
        let others = any(async move |method: Method| refuse(&method, &allow));
        router = router.route(&pattern(&path), others.merge(methods));
    }
    let router = router
        .fallback(unknown_path)
        .layer(from_fn_with_state(app.clone(), host::only_here))
        .layer(from_fn(one_of_each))
        .layer(from_fn(catch_panics))
        .layer(from_fn(observed))
        .with_state(app);
    // The slash is removed outside of the router, which looks at the path before its own layers run.
    Router::new().fallback_service(router.map_request(without_slash))
}

/// The router's pattern of a path. A record's id may be an address: API Gateway's HTTP API decodes paths, so its slashes come as slashes.
fn pattern(path: &str) -> String {
    path.replace("{record}", "{*record}")
}

/// Answers a method that a path does not take.
type WrongMethod = fn(&Method, &[Method]) -> Response;

fn wrong_method_of_ours(method: &Method, allow: &[Method]) -> Response {
    wrong_method(method, allow).into_response()
}

/// Keeps answers out of caches unless their route says otherwise: what somebody read must not be on a shared machine's disk after signing out.
async fn kept_by_nobody(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// Headers that say how a request is read, or that it is the same as another: two that differ would be taken by chance.
const ONE_OF_EACH: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("webhook-id"),
    HeaderName::from_static("svix-id"),
    HeaderName::from_static("x-github-delivery"),
];

/// Refuses a request with two lines of such a header that differ.
async fn one_of_each(request: Request, next: Next) -> Result<Response> {
    let differs = |name: &&HeaderName| {
        let mut lines = request.headers().get_all(*name).iter();
        let first = lines.next();
        lines.any(|line| Some(line) != first)
    };
    if let Some(name) = ONE_OF_EACH.iter().find(differs) {
        let message = format!("The request has two headers `{name}` that differ.");
        return Err(Error::invalid(message, "Send one of them.").into());
    }
    Ok(next.run(request).await)
}

/// Makes `/api/v1/projects/` the same as `/api/v1/projects`.
fn without_slash(mut request: Request) -> Request {
    let uri = request.uri();
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/'));
    if let Some(path) = path {
        let rest = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = rest.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}
