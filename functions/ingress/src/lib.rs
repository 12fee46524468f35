//! The `ingress` function's handler: the whole HTTP API, and the console. The work is done by `rookery-api`.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use lambda_http::RequestExt;
use rookery_api::Agents;
use rookery_engine::Engine;
use std::sync::Arc;
use tower::ServiceExt;

/// The service that answers.
pub fn service(engine: Arc<Engine>, config: rookery_api::Config, agents: Agents) -> Router {
    as_sent(rookery_api::router_with_console(engine, config, agents, rookery_console::ASSETS))
}

/// A router whose requests have the path that was sent.
pub fn as_sent(router: Router) -> Router {
    Router::new().fallback_service(router.map_request(as_it_was_sent))
}

/// Puts the path back that the event has: ids in it are any text, but the runtime's client drops segments like `..` and `%2e%2e`.
fn as_it_was_sent(mut request: Request) -> Request {
    let path = request.raw_http_path();
    if path.is_empty() || path == request.uri().path() {
        return request;
    }
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = request.uri().clone().into_parts();
    // A path that cannot stand in an address stays as the runtime wrote it.
    if let Ok(sent) = format!("{path}{query}").parse::<PathAndQuery>() {
        parts.path_and_query = Some(sent);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn a_path_is_as_it_was_sent() {
        let sent = |uri: &str, raw: &str| {
            let request = Request::builder().uri(uri).body(Body::empty()).unwrap_or_default().with_raw_http_path(raw);
            as_it_was_sent(request).uri().to_string()
        };
        assert_eq!(sent("http://h/agents/x?a=%2e", "/agents/x/%2e%2e"), "http://h/agents/x/%2e%2e?a=%2e");
        assert_eq!(sent("http://h/agents/", "/agents/a/../dispatch"), "http://h/agents/a/../dispatch");
        for kept in ["", "/a b", "no slash"] {
            assert_eq!(sent("http://h/agents?x=1", kept), "http://h/agents?x=1");
        }
    }
}
