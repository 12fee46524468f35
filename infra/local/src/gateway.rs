//! The stand-in for API Gateway: HTTP requests become events of payload format 2.0, for the function that their path belongs to.

use crate::address;
use crate::cli::Args;
use crate::data::Presence;
use crate::event;
use crate::forwarded::{self, Original, TrustedProxy};
use crate::home;
use crate::server::{self, Connection, Limits};
use crate::shares::Shares;
use crate::socket::{Conversation, Handshake};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures::{FutureExt, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use hyper::body::Incoming;
use lambda_http::request::LambdaRequest;
use rookery_domain::ProjectId;
use rookery_engine::PublicUrl;
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

/// The routes of the HTTP API: hooks and results belong to the `webhook` function, all else to `ingress`, except the plain page.
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

    /// Sets the plain page, which stands where the console would be.
    pub(crate) fn set_home(&self, page: String) {
        // The runner sets the page once.
        let _ = self.home.set(page);
    }

    pub(crate) async fn serve(self, listener: TcpListener, limits: Limits) {
        let stopping = self.stopping.clone();
        let gateway = Arc::new(self);
        let handler = move |request: axum::http::Request<Incoming>, connection: Arc<Connection>| {
            let gateway = gateway.clone();
            async move { gateway.answer(request.map(Body::new), connection).await }
        };
        server::serve(listener, limits, stopping, handler).await;
    }

    async fn answer(self: Arc<Self>, request: Request, connection: Arc<Connection>) -> Response {
        if let Some(refused) = self.without_data() {
            return refused;
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
        if let Some(page) = self.home.get()
            && home::PATHS.contains(&parts.uri.path())
            && rookery_api::is_local(&self.config, &parts.headers)
        {
            return home::answer(&parts.method, page);
        }
        // Who asks first is told at once; all others go on sending, and read the answer after that.
        if parts.headers.contains_key(header::EXPECT) && body.size_hint().lower() > BODY_BYTES as u64 {
            return too_large();
        }
        let body = match read(body, &connection).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        connection.received();
        let sender = Sender { client, base };
        let handshake = Handshake::of(&mut parts);
        let response = self.call(parts, body, &sender).await;
        match response.extensions().get::<rookery_api::Socket>().cloned() {
            Some(socket) => self.open(socket, handshake, sender, connection),
            None => self.until_the_end(response),
        }
    }

    /// What is answered while the data folder is gone.
    fn without_data(&self) -> Option<Response> {
        let message = "The data folder is gone: what is taken now would be lost.";
        let remedy = "Put it back, or start Rookery again.";
        self.data.is_gone().then(|| refuse(StatusCode::SERVICE_UNAVAILABLE, "data_folder_gone", message, remedy))
    }

    /// Has a request answered by the function that its path belongs to.
    async fn call(&self, parts: Parts, body: Bytes, sender: &Sender) -> Response {
        let is_hook = rookery_api::is_hook(parts.uri.path());
        let function = if is_hook { &self.functions.webhook } else { &self.functions.ingress };
        let _seat = if is_hook { Some(self.shares.seat(project(parts.uri.path())).await) } else { None };
        let mut request: lambda_http::Request = LambdaRequest::ApiGatewayV2(event::of(parts, body, sender.client)).into();
        if let Some(base) = sender.base.clone().filter(|_| !self.knows_its_address) {
            request.extensions_mut().insert(base);
        }
        if self.stores.is_checking() {
            request.extensions_mut().insert(rookery_api::HealthStatus::Checking);
        }
        match function.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    /// Opens a WebSocket: each message is answered as a POST to its path.
    fn open(
        self: Arc<Self>,
        socket: rookery_api::Socket,
        handshake: Option<Handshake>,
        sender: Sender,
        connection: Arc<Connection>,
    ) -> Response {
        let Some(handshake) = handshake else {
            let message = "The request is no handshake of a WebSocket.";
            return refuse(StatusCode::BAD_REQUEST, "invalid_request", message, "Use version 13 of the protocol, by a library.");
        };
        let (answer, upgrade, parts) = handshake.into_parts();
        let parts = socket.request(&parts);
        let stopping = self.stopping.clone();
        let ask = move |message| {
            let (gateway, parts, sender) = (self.clone(), parts.clone(), sender.clone());
            let answer = async move {
                match gateway.without_data() {
                    Some(refused) => refused,
                    None => gateway.until_the_end(gateway.call(parts, message, &sender).await),
                }
            };
            answer.boxed()
        };
        let conversation = Conversation { socket, ask: Box::new(ask), connection: connection.clone(), stopping };
        connection.goes_on_with(conversation.over(upgrade).boxed());
        answer
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

/// From whom a request comes.
#[derive(Clone)]
struct Sender {
    client: IpAddr,
    /// The beginning of the addresses that the client is told, if a proxy named it.
    base: Option<PublicUrl>,
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
