//! The HTTP server: its connections, and their limits of time, number and memory. What a request means is up to the gateway.
//!
//! Begin at [`serve`]. A connection is a task with a socket ([`stream`]) and hyper's state. The stage of a connection, and the
//! time by which it must go on, are in [`connection`]. Which connections are closed in favour of others is decided in
//! [`connections`].

mod connection;
mod connections;
mod limits;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use connection::Connection;
pub(crate) use limits::Limits;

use crate::gateway::refuse;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use connections::Connections;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use limits::Reached;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use stream::{Answer, Socket, Watched};
use tokio::net::TcpListener;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The longest head of a request: a little more than API Gateway accepts for headers and path.
const HEAD_BYTES: usize = 32 * 1024;
/// How many bytes of an answer the system may hold for the client of each connection (it uses twice as much memory). By default
/// the system holds megabytes, and nobody limits them. The rest of an answer is in our own memory, where it is counted.
const SEND_BYTES: usize = 64 * 1024;
/// How long to wait after a failed accept: the system has no file or memory left.
const REST: Duration = Duration::from_millis(100);

/// Serves until the program stops, then finishes the requests under way.
pub(crate) async fn serve<H, F>(listener: TcpListener, limits: Limits, stopping: CancellationToken, handler: H)
where
    H: Fn(Request<Incoming>, Arc<Connection>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let (connections, tasks) = (Connections::new(limits), TaskTracker::new());
    while let Some(accepted) = stopping.run_until_cancelled(listener.accept()).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The client was gone before it was accepted.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::debug!(%error, "accepting failed");
                connections.close_oldest_idle(Reached::Connections);
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let Some(place) = stopping.run_until_cancelled(connections.place()).await else { break };
        // Answers are written whole, so waiting for more data would only be slower. Both calls fail only for a connection that is gone.
        let _ = stream.set_nodelay(true);
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BYTES);
        let connection = connections.open(peer);
        tasks.spawn(converse(stream, connection, place, connections.clone(), stopping.clone(), handler.clone()));
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// Whether the head of a request is as long as it may be. Hyper's own limit is on its buffer, and may be exceeded.
fn is_short_enough<B>(request: &Request<B>) -> bool {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    // Each line has a colon, a blank and two characters at its end.
    let lines: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    target + lines <= HEAD_BYTES
}

fn head_too_long() -> Response<Body> {
    let (message, details) =
        ("The head of the request has more than 32 KB.", "Send fewer or shorter headers, or a shorter path.");
    refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", message, details)
}

/// Answers the requests of a connection, one after the other, and then speaks over what it has become, if that is a WebSocket; until
/// either side closes it or it reaches a limit.
async fn converse<S, H, F>(
    stream: S,
    connection: Arc<Connection>,
    place: OwnedSemaphorePermit,
    connections: Arc<Connections>,
    stopping: CancellationToken,
    handler: H,
) where
    S: Socket,
    H: Fn(Request<Incoming>, Arc<Connection>) -> F,
    F: Future<Output = Response<Body>>,
{
    let service = service_fn(|request| {
        connection.begin();
        let answered = is_short_enough(&request).then(|| handler(request, connection.clone()));
        let connection = connection.clone();
        async move {
            let answer = match answered {
                Some(answered) => answered.await,
                None => head_too_long(),
            };
            Ok::<_, Infallible>(answer.map(|body| Answer::new(body, connection)))
        }
    });
    let stream = TokioIo::new(Watched::new(stream, connection.clone()));
    let mut http = http1::Builder::new();
    // Hyper's timeout is off, because it covers both the head and the time before it; our own limits tell these apart.
    http.header_read_timeout(None).max_buf_size(HEAD_BYTES);
    let mut serving = pin!(http.serve_connection(stream, service).with_upgrades());
    let mut stopped = pin!(stopping.cancelled());
    let mut is_stopping = false;
    let answering = std::future::poll_fn(|cx| {
        if !is_stopping && stopped.as_mut().poll(cx).is_ready() {
            is_stopping = true;
            serving.as_mut().graceful_shutdown();
            if connection.idle_since().is_some() {
                return Poll::Ready(());
            }
        }
        // A client that breaks off or sends nonsense is no error of ours.
        serving.as_mut().poll(cx).map(drop)
    });
    within_limits(&connection, &connections, answering).await;
    if let Some(upgraded) = connection.upgraded() {
        within_limits(&connection, &connections, upgraded).await;
    }
    connections.remove(&connection);
    drop(place);
}

/// Works over a connection until the work is done, the connection is closed in favour of others, or it reaches a limit.
async fn within_limits(connection: &Connection, connections: &Connections, work: impl Future<Output = ()>) {
    let (mut work, mut closed) = (pin!(work), pin!(connection.closed()));
    let mut alarm = pin!(tokio::time::sleep(Duration::ZERO));
    // One task polls the whole connection, so it sees at once what its own polls changed.
    std::future::poll_fn(|cx| {
        if work.as_mut().poll(cx).is_ready() || closed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let Some((due, reached)) = connection.due(connections.limits()) else { return Poll::Pending };
        if alarm.deadline() != due {
            alarm.as_mut().reset(due);
        }
        alarm.as_mut().poll(cx).map(|()| {
            connections.notice(reached);
            if reached != Reached::Idle {
                connection.close();
            }
        })
    })
    .await;
}
