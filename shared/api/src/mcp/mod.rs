//! MCP (Model Context Protocol): a project as a server of tools for models. The protocol is that of `rmcp`, whose server is stateless
//! here: each POST is answered by one JSON object, by a server that lives as long as the request. So it runs on Lambda as on one machine.
//!
//! One set of tools is routes of the table ([`tools`]), and a call of such a tool is a request to that route, with the caller's key
//! ([`call`]). So keys, roles, tenants, bounds and errors are those of the API, and have one place. The other set is what the project's
//! workflows publish ([`published`]), and a call of such a tool is a task for an entry point ([`calls`]).

pub(crate) mod arguments;
mod call;
mod calls;
mod published;
mod server;
mod tools;

use crate::App;
use crate::auth::{Access, Caller};
use crate::body;
use crate::error::Result;
use crate::host::{Base, check_origin};
use crate::route::Route;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rmcp::model::{ErrorCode, ErrorData, JsonRpcError};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rookery_domain::limits;
use rookery_store::Project;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use server::Server;
use std::sync::Arc;

/// The largest message: a canvas as a tool's argument.
const BYTES: usize = limits::WORKFLOW_BYTES + 128 * 1024;
/// The most bytes of an answer that is no message: a sentence of `rmcp`.
const REFUSAL_BYTES: usize = 16 * 1024;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/p/{project}/mcp",
            Access::Member,
            "Takes a message of MCP (streamable HTTP, stateless): the project's tools for models, as far as the key's role goes.",
            serve,
        )
        .header("MCP-Protocol-Version", "The version of the protocol that the client speaks, like `2026-07-28` or `2025-11-25`.")
        .reads::<Map<String, Value>>()
        .answers::<Map<String, Value>>(200),
    ]
}

async fn serve(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(caller): Extension<Caller>,
    base: Base,
    request: Request,
) -> Result<Response> {
    check_origin(request.headers(), request.uri(), &base)?;
    body::check_media_type(request.headers())?;
    let (mut parts, body) = request.into_parts();
    // `rmcp` wants clients that also take server-sent events. All answers are JSON here, so every client is served.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    let message = body::read(body, BYTES).await?;
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(&message) {
        return Ok(refuse(StatusCode::BAD_REQUEST, ErrorCode::PARSE_ERROR, format!("The message is not JSON: {error}.")));
    }
    let server = Server { app, project, caller, request: Arc::new(parts.clone()) };
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(BYTES)
        // Where no key protects the API, the router has looked at the host.
        .disable_allowed_hosts();
    let service = StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
    typed(service.handle(Request::from_parts(parts, Body::from(message))).await.map(Body::new)).await
}

/// Makes a sentence with which `rmcp` refuses a request an error of the protocol.
async fn typed(answer: Response) -> Result<Response> {
    let is_json = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if answer.status().is_success() || is_json {
        return Ok(answer);
    }
    // The media type was looked at before: what is refused for it is a message that cannot be read.
    let status = match answer.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::BAD_REQUEST,
        other => other,
    };
    let says = to_bytes(answer.into_body(), REFUSAL_BYTES).await.map_err(rookery_domain::Error::internal)?;
    Ok(refuse(status, ErrorCode::INVALID_REQUEST, String::from_utf8_lossy(&says).into_owned()))
}

fn refuse(status: StatusCode, code: ErrorCode, message: String) -> Response {
    (status, Json(JsonRpcError::new(None, ErrorData::new(code, message, None)))).into_response()
}
