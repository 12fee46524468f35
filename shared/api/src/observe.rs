//! What logs and traces say of a request: its route and ids. They never have its path (a hook's path holds a secret), headers or body.

use crate::ids::Ids;
use axum::extract::{MatchedPath, Request};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use rookery_trace::{Context, Kind, Span};
use std::time::Instant;

/// On an answer whose event the engine has logged when it was accepted: that is the line of the request.
#[derive(Clone, Copy)]
pub(crate) struct IsLogged;

/// Runs a request within its trace: the caller's, or a new one.
pub(crate) async fn observed(
    path: Option<MatchedPath>,
    ids: crate::error::Result<Ids>,
    request: Request,
    next: Next,
) -> Response {
    let route = path.as_ref().map_or("unknown", MatchedPath::as_str);
    let ids = ids.ok();
    let id = |name: &str| ids.as_ref().map_or("", |ids| ids.text(name));
    let given = |name: &str| ids.as_ref().map(|ids| ids.text(name)).filter(|id| !id.is_empty());
    let log =
        tracing::info_span!("request", project = given("project"), workflow = given("workflow"), trace = tracing::field::Empty,);
    let method = request.method().clone();
    let mut attributes = Vec::new();
    if rookery_trace::is_on() {
        attributes.push(("http.request.method", request.method().to_string()));
        attributes.push(("http.route", route.to_owned()));
        attributes.push(("rookery.project", id("project").to_owned()));
        attributes.push(("rookery.workflow", id("workflow").to_owned()));
    }
    let span =
        Span { name: format!("{} {route}", request.method()), kind: Kind::Server, parent: parent(request.headers()), attributes };
    let work = async {
        let began = Instant::now();
        let response = next.run(request).await;
        if response.extensions().get::<IsLogged>().is_none() {
            let (status, took_ms) = (response.status().as_u16(), began.elapsed().as_millis() as u64);
            tracing::info!(%method, route, status, took_ms, "answered");
        }
        response
    };
    let failed = |response: &Response| response.status().is_server_error().then(|| response.status().to_string());
    let response = span.run(log, work, failed).await;
    rookery_trace::flush().await;
    response
}

fn parent(headers: &HeaderMap) -> Option<Context> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    text("traceparent").and_then(Context::parse).or_else(|| text("x-amzn-trace-id").and_then(Context::parse_xray))
}
