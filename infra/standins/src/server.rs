//! A stand-in over HTTP on loopback, for other processes.

use crate::StandinError;
use crate::service::Service;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::serve::ListenerExt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The media type of requests and answers.
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

const GRACE: Duration = Duration::from_secs(10);

/// The largest body in bytes: DynamoDB accepts 16 MiB, and an SQS batch of 1 MiB grows at most sixfold in JSON.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A running server. Dropping it asks it to stop and does not wait.
pub(crate) struct Server {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    /// Serves on a free port of 127.0.0.1, on the caller's runtime.
    pub(crate) async fn start(name: &'static str, service: Arc<dyn Service>) -> Result<Server, StandinError> {
        let listen = |cause| StandinError::Listen { name, cause };
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(service);
        let (stop, stopping) = oneshot::channel();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopping.await;
        });
        let serving = tokio::spawn(async move {
            if let Err(cause) = serving.await {
                tracing::error!(name, %cause, "the stand-in cannot accept connections");
            }
        });
        Ok(Server { url, stop, serving })
    }

    /// Waits until the server has finished its requests, but at most ten seconds: a client that sends half a request must not
    /// delay the end.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(GRACE, self.serving).await.is_err() {
            tracing::warn!(url = self.url, "a request did not end: left behind");
        }
    }
}

async fn answer(State(service): State<Arc<dyn Service>>, headers: HeaderMap, body: Bytes) -> Response<String> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut answer = service.answer(target, body).await;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    answer
}
