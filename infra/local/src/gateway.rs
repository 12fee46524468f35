//! What API Gateway does: HTTP requests become events of payload format 2.0, for the function that their path belongs to.

use crate::home;
use aws_lambda_events::apigw::{
    ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext, ApiGatewayV2httpRequestContextHttpDescription,
};
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine as _;
use http_body_util::BodyExt;
use lambda_http::request::LambdaRequest;
use rookery_engine::Engine;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The largest request body (Lambda's own limit).
const BODY_BYTES: usize = 6 * 1024 * 1024;
/// What is read of a larger one, so that its sender comes to read the answer.
const DRAINED_BYTES: usize = 64 * 1024 * 1024;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The routes of the HTTP API: hooks are the `webhook` function's, all else is `ingress`'s, but for the page at `/`.
#[derive(Clone)]
pub(crate) struct Gateway {
    ingress: Router,
    webhook: Router,
    config: rookery_api::Config,
    home: Arc<OnceLock<String>>,
}

impl Gateway {
    pub(crate) fn new(engine: &Arc<Engine>, config: rookery_api::Config) -> Self {
        let ingress = rookery_ingress::service(engine.clone(), config.clone());
        let webhook = rookery_webhook::service(engine.clone(), config.clone());
        Gateway { ingress, webhook, config, home: Arc::default() }
    }

    /// What the page at `/` shows.
    pub(crate) fn set_home(&self, page: String) {
        // It is set once, by the runner.
        let _ = self.home.set(page);
    }

    pub(crate) async fn serve(self, listener: TcpListener, stopping: CancellationToken) {
        let app = Router::new().fallback(forward).with_state(self).into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopping.cancelled_owned()).await {
            tracing::error!(%error, "the HTTP server stopped");
        }
    }
}

async fn forward(State(gateway): State<Gateway>, ConnectInfo(peer): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let (&Method::GET, "/", Some(page)) = (&parts.method, parts.uri.path(), gateway.home.get())
        && rookery_api::is_local(&gateway.config, &parts.headers)
    {
        return home::answer(page);
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let function = if rookery_api::is_hook(parts.uri.path()) { gateway.webhook } else { gateway.ingress };
    let request: lambda_http::Request = LambdaRequest::ApiGatewayV2(event(parts, body, peer)).into();
    match function.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn read(mut body: Body) -> Result<Bytes, Response> {
    let refuse = |status: StatusCode, kind: &str, message: &str, details: &str| {
        (status, Json(json!({"error": {"type": kind, "message": message, "details": details}}))).into_response()
    };
    let all = async {
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            length += data.len();
            match length {
                _ if length <= BODY_BYTES => bytes.extend_from_slice(&data),
                _ if length <= DRAINED_BYTES => bytes.clear(),
                _ => break,
            }
        }
        Ok::<_, axum::Error>((length <= BODY_BYTES).then_some(bytes))
    };
    match tokio::time::timeout(BODY_TIME, all).await {
        Ok(Ok(Some(body))) => Ok(body.into()),
        Ok(Ok(None)) => {
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body has more than 6 MB.", "Send less at once."))
        }
        Ok(Err(_)) => Err(refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body broke off.", "Send it again.")),
        Err(_) => {
            Err(refuse(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The body took more than 10 s.", "Send it at once."))
        }
    }
}

/// The event that API Gateway makes of a request.
fn event(parts: Parts, body: Bytes, peer: SocketAddr) -> ApiGatewayV2httpRequest {
    let (text, is_base64) = match String::from_utf8(body.into()) {
        Ok(text) => (text, false),
        Err(binary) => (base64::engine::general_purpose::STANDARD.encode(binary.into_bytes()), true),
    };
    let mut http = ApiGatewayV2httpRequestContextHttpDescription::default();
    http.method = parts.method;
    http.path = Some(parts.uri.path().to_owned());
    http.protocol = Some("HTTP/1.1".to_owned());
    http.source_ip = Some(peer.ip().to_string());
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.stage = Some("$default".to_owned());
    context.route_key = Some("$default".to_owned());
    context.domain_name = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    context.http = http;
    let mut event = ApiGatewayV2httpRequest::default();
    event.version = Some("2.0".to_owned());
    event.route_key = Some("$default".to_owned());
    event.raw_path = Some(parts.uri.path().to_owned());
    event.raw_query_string = Some(parts.uri.query().unwrap_or_default().to_owned());
    event.query_string_parameters = parts.uri.query().unwrap_or_default().parse().unwrap_or_default();
    event.headers = parts.headers;
    event.request_context = context;
    event.body = (!text.is_empty()).then_some(text);
    event.is_base64_encoded = is_base64;
    event
}
