//! What API Gateway tells of a connection: its handshake, its messages, its end.

use crate::Sockets;
use crate::queue::Said;
use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest as Event;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rookery_domain::{Error, Result};
use rookery_store::OpenSocket;
use tower::ServiceExt;

/// How many messages a client may send ahead of their answers: the queue has room for all clients.
const AHEAD: u32 = 64;

/// Takes an event. API Gateway opens a connection only if the status of its handshake is 200.
pub(crate) async fn take(sockets: &Sockets, event: Event) -> Result<StatusCode> {
    let context = &event.request_context;
    let connection = context.connection_id.clone().ok_or_else(|| Error::internal("an event of no connection"))?;
    match context.event_type.as_deref() {
        Some("CONNECT") => open(sockets, connection, event).await,
        Some("DISCONNECT") => sockets.store.delete_socket(&connection).await.map(|()| StatusCode::OK),
        _ => {
            if !sockets.store.message_waits(&connection, AHEAD).await? {
                return sockets.close(&connection).await.map(|()| StatusCode::OK);
            }
            let id = context.request_id.clone().ok_or_else(|| Error::internal("a message without an id"))?;
            let text = event.body.unwrap_or_default();
            let text = if event.is_base64_encoded { STANDARD.decode(text).unwrap_or_default() } else { text.into_bytes() };
            sockets.queue.send(&Said { connection, id, text: STANDARD.encode(text) }).await.map(|()| StatusCode::OK)
        }
    }
}

/// Asks the router whether a socket may be opened. The API has one path for all: the path that the client asked for is in the query.
async fn open(sockets: &Sockets, connection: String, event: Event) -> Result<StatusCode> {
    let path = event.query_string_parameters.first("path").unwrap_or("/").to_owned();
    let Ok(uri) = path.parse::<Uri>() else { return Ok(StatusCode::BAD_REQUEST) };
    let mut request = Request::new(Body::empty());
    (*request.uri_mut(), *request.headers_mut()) = (uri, event.headers);
    // API Gateway keeps it for itself.
    request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    let Ok(answer) = sockets.router.clone().oneshot(request).await;
    let Some(socket) = answer.extensions().get::<rookery_api::Socket>() else {
        // A path that can be read, but is no socket's, opens none.
        return Ok(Some(answer.status()).filter(|status| !status.is_success()).unwrap_or(StatusCode::NOT_FOUND));
    };
    let kept = serde_json::to_string(socket).map_err(Error::internal)?;
    sockets.store.put_socket(&connection, &OpenSocket { path, socket: kept }).await?;
    if socket.refusal().is_some() {
        // Nothing can be pushed before the handshake is over.
        sockets.queue.send(&Said { connection, id: "refused".to_owned(), text: String::new() }).await?;
    }
    Ok(StatusCode::OK)
}
