//! The stand-in for API Gateway: HTTP requests become events of payload format 2.0, for the function that their path belongs to.

use crate::address;
use crate::cli::Args;
use crate::data::Presence;
use crate::forwarded::{self, Original, TrustedProxy};
use crate::home;
use crate::server::{self, Connection, Limits};
use crate::shares::Shares;
use aws_lambda_events::apigw::{
    ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext, ApiGatewayV2httpRequestContextHttpDescription,
};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine as _;
use futures::StreamExt;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use hyper::body::Incoming;
use lambda_http::request::LambdaRequest;
use rookery_domain::ProjectId;
use rookery_standins::Health;
use serde_json::json;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The largest request body (Lambda's own limit).
const BODY_BYTES: usize = 6 * 1024 * 1024;
/// How many bytes of a larger body are read, so that its sender goes on to read the answer.
const DRAINED_BYTES: usize = 64 * 1024 * 1024;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The functions that answer HTTP requests.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) ingress: Router,
    pub(crate) webhook: Router,
}

/// The routes of the HTTP API: hooks and results belong to the `webhook` function, all else to `ingress`, except the page at `/`.
#[derive(Clone)]
pub(crate) struct Gateway {
    functions: Functions,
    config: rookery_api::Config,
    proxies: Vec<TrustedProxy>,
    /// Whether the program was told its public address: then no proxy can tell it another.
    knows_its_address: bool,
    home: Arc<OnceLock<String>>,
    data: Presence,
    stores: Health,
    shares: Arc<Shares>,
    stopping: CancellationToken,
}

impl Gateway {
    pub(crate) fn new(
        functions: Functions,
        config: rookery_api::Config,
        args: &Args,
        data: Presence,
        stores: Health,
        shares: Arc<Shares>,
        stopping: CancellationToken,
    ) -> Self {
        Gateway {
            functions,
            config,
            proxies: args.trusted_proxy.clone(),
            knows_its_address: args.public_url.is_some(),
            home: Arc::default(),
            data,
            stores,
            shares,
            stopping,
        }
    }

    /// Sets the page at `/`.
    pub(crate) fn set_home(&self, page: String) {
        // The runner sets the page once.
        let _ = self.home.set(page);
    }

    pub(crate) async fn serve(self, listener: TcpListener, limits: Limits) {
        let stopping = self.stopping.clone();
        let gateway = Arc::new(self);
        let handler = move |request: axum::http::Request<Incoming>, connection: Arc<Connection>| {
            let gateway = gateway.clone();
            async move { gateway.answer(request.map(Body::new), &connection).await }
        };
        server::serve(listener, limits, stopping, handler).await;
    }

    async fn answer(&self, request: Request, connection: &Connection) -> Response {
        if self.data.is_gone() {
            let message = "The data folder is gone: what is taken now would be lost.";
            return refuse(StatusCode::SERVICE_UNAVAILABLE, "data_folder_gone", message, "Put it back, or start Rookery again.");
        }
        let (mut parts, body) = request.into_parts();
        let Original { client, host, base } = forwarded::original(&self.proxies, connection.peer(), &parts.headers);
        if let Some(host) = host.and_then(|host| host.try_into().ok()) {
            parts.headers.insert(header::HOST, host);
        }
        // API Gateway sets the scheme, too. Whatever stands there would be read as one.
        let scheme = base.as_ref().filter(|base| base.is_secure()).map_or("http", |_| "https");
        parts.headers.insert("x-forwarded-proto", HeaderValue::from_static(scheme));
        if let Err((message, details)) = address::check(&parts) {
            return refuse(StatusCode::BAD_REQUEST, "invalid_request", message, details);
        }
        if parts.uri.path() == "/health"
            && let Some(fault) = self.stores.fault()
        {
            return refuse(StatusCode::SERVICE_UNAVAILABLE, "unhealthy", "Nothing can be stored.", &format!("{fault}."));
        }
        if let ("/", Some(page)) = (parts.uri.path(), self.home.get())
            && rookery_api::is_local(&self.config, &parts.headers)
        {
            return home::answer(&parts.method, page);
        }
        // Who asks first is told at once; all others go on sending, and read the answer after that.
        if parts.headers.contains_key(header::EXPECT) && body.size_hint().lower() > BODY_BYTES as u64 {
            return too_large();
        }
        let body = match read(body, connection).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        connection.received();
        let is_hook = rookery_api::is_hook(parts.uri.path());
        let function = if is_hook { &self.functions.webhook } else { &self.functions.ingress };
        let _seat = if is_hook { Some(self.shares.seat(project(parts.uri.path())).await) } else { None };
        let mut request: lambda_http::Request = LambdaRequest::ApiGatewayV2(event(parts, body, client)).into();
        if let Some(base) = base.filter(|_| !self.knows_its_address) {
            request.extensions_mut().insert(base);
        }
        if self.stores.is_checking() {
            request.extensions_mut().insert(rookery_api::HealthStatus::Checking);
        }
        match function.clone().oneshot(request).await {
            Ok(response) => self.until_the_end(response),
            Err(never) => match never {},
        }
    }

    /// An answer that has no end of its own ends with the program; so the end of the program does not wait for it.
    fn until_the_end(&self, response: Response) -> Response {
        if response.extensions().get::<rookery_api::Follows>().is_none() {
            return response;
        }
        let stopping = self.stopping.clone().cancelled_owned();
        response.map(|body| Body::from_stream(body.into_data_stream().take_until(stopping)))
    }
}

/// The project of a hook's path, which nobody has looked for yet: `/hooks/` and a token that begins with it, or `/p/{project}/` and
/// the route of results.
fn project(path: &str) -> &str {
    let second = path.split('/').nth(2).unwrap_or_default();
    second.get(..ProjectId::LENGTH).unwrap_or(second)
}

/// An error in the API's envelope, for a request that does not reach the API.
pub(crate) fn refuse(status: StatusCode, kind: &str, message: &str, details: &str) -> Response {
    (status, Json(json!({"error": {"type": kind, "message": message, "details": details}}))).into_response()
}

fn too_large() -> Response {
    refuse(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body has more than 6 MB.", "Send less at once.")
}

async fn read(mut body: Body, connection: &Connection) -> Result<Bytes, Response> {
    let all = async {
        let (mut bytes, mut length) = (Vec::new(), 0);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            length += data.len();
            match length {
                _ if length <= BODY_BYTES => {
                    connection.hold(data.len());
                    bytes.extend_from_slice(&data);
                }
                _ if length <= DRAINED_BYTES => {
                    connection.release();
                    bytes = Vec::new();
                }
                _ => break,
            }
        }
        Ok::<_, axum::Error>((length <= BODY_BYTES).then_some(bytes))
    };
    match tokio::time::timeout(BODY_TIME, all).await {
        Ok(Ok(Some(body))) => Ok(body.into()),
        Ok(Ok(None)) => Err(too_large()),
        Ok(Err(_)) => Err(refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body broke off.", "Send it again.")),
        Err(_) => {
            Err(refuse(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The body took more than 10 s.", "Send it at once."))
        }
    }
}

/// The event that API Gateway makes of a request.
fn event(parts: Parts, body: Bytes, client: IpAddr) -> ApiGatewayV2httpRequest {
    let (text, is_base64) = match String::from_utf8(body.into()) {
        Ok(text) => (text, false),
        Err(binary) => (base64::engine::general_purpose::STANDARD.encode(binary.into_bytes()), true),
    };
    let mut http = ApiGatewayV2httpRequestContextHttpDescription::default();
    http.method = parts.method;
    http.path = Some(parts.uri.path().to_owned());
    http.protocol = Some("HTTP/1.1".to_owned());
    http.source_ip = Some(client.to_string());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_hooks_of_a_project_are_of_one_line() {
        for (path, expected) in [
            ("/hooks/0123456789abworkflow0000secret", "0123456789ab"),
            ("/hooks/0123456789abworkflow1111other/", "0123456789ab"),
            ("/p/0123456789ab/api/agentProxy/sendResult", "0123456789ab"),
            ("/hooks/short", "short"),
            ("/hooks/ééééééééééééé", "éééééé"),
            ("/hooks/aéééééééééé", "aéééééééééé"),
            ("/hooks", ""),
        ] {
            assert_eq!(project(path), expected, "{path}");
        }
    }
}
