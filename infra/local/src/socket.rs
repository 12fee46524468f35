//! WebSockets: a client's messages are asked one after the other, in their order, and its pings are answered meanwhile. What a message
//! means is up to the API.

use crate::server::Connection;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::response::Response;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, once};
use futures::{SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;

/// The longest frame that is sent: PyFlue's client takes none above 1 MiB.
const FRAME_BYTES: usize = 1024 * 1024 - 1;
/// The longest message that is read; the API may take shorter ones only.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// How many messages a client may send ahead of their answers, and how many bytes all of them may have.
const AHEAD: usize = 64;
/// How often the client is pinged: one that is gone without a word does not answer, and is then idle.
const BEAT: Duration = Duration::from_secs(30);
/// How long a client may take for its first message, before it is told that nothing can be asked here; and for its word of leave.
const PATIENCE: Duration = Duration::from_secs(1);

/// A client's handshake.
pub(crate) struct Handshake {
    answer: Response,
    upgrade: OnUpgrade,
    request: Parts,
}

impl Handshake {
    /// The handshake that a request is, if it is one.
    pub(crate) fn of(parts: &mut Parts) -> Option<Self> {
        let upgrade = parts.extensions.remove()?;
        let request = axum::http::Request::from_parts(parts.clone(), ());
        let answer = create_response_with_body(&request, axum::body::Body::empty).ok()?;
        Some(Handshake { answer, upgrade, request: request.into_parts().0 })
    }

    /// What takes the handshake, the connection after it, and the request.
    pub(crate) fn into_parts(self) -> (Response, OnUpgrade, Parts) {
        (self.answer, self.upgrade, self.request)
    }
}

/// Gives the answer to a message.
pub(crate) type Ask = Box<dyn Fn(Bytes) -> BoxFuture<'static, Response> + Send + Sync>;

/// What is said on a socket.
pub(crate) struct Conversation {
    pub(crate) socket: rookery_api::Socket,
    pub(crate) ask: Ask,
    pub(crate) connection: Arc<Connection>,
    pub(crate) stopping: CancellationToken,
}

/// The end of a conversation: why this side closes the socket, or nothing if the client has closed it.
type End = Option<(CloseCode, &'static str)>;

impl Conversation {
    /// Speaks over the connection, once the handshake is answered, until either side has enough.
    pub(crate) async fn over(self, upgrade: OnUpgrade) {
        // It fails for a client that is gone.
        let Ok(upgraded) = upgrade.await else { return };
        self.speak(TokioIo::new(upgraded)).await;
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) {
        let config = WebSocketConfig::default()
            .read_buffer_size(4 * 1024)
            .write_buffer_size(4 * 1024)
            .max_message_size(Some(MESSAGE_BYTES))
            .max_frame_size(Some(MESSAGE_BYTES));
        let mut stream = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let ended = match self.socket.refusal() {
            Some(refusal) => self.refuse(&mut stream, refusal).await,
            None => self.answer_all(&mut stream).await,
        };
        // A socket that fails has no other end.
        let Some((code, reason)) = ended.unwrap_or_default() else { return };
        self.connection.answer(0);
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        if stream.close(Some(frame)).await.is_ok() {
            let _ = timeout(PATIENCE, drained(&mut stream, code)).await;
        }
    }

    /// Tells that nothing can be asked here. PyFlue's client sends before it reads, and sees no frame that came with the end before that.
    async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut WebSocketStream<S>,
        refusal: &str,
    ) -> Result<End, Error> {
        self.connection.listens();
        let _ = timeout(PATIENCE, stream.next()).await;
        self.send(stream, refusal.to_owned()).await?;
        Ok(Some((CloseCode::Normal, "")))
    }

    /// Answers each message, in their order; or only the first, where the socket ends with its answer.
    async fn answer_all<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut WebSocketStream<S>) -> Result<End, Error> {
        let mut beat = interval_at(Instant::now() + BEAT, BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut waiting = VecDeque::new();
        let mut work: Option<BoxStream<'_, String>> = None;
        loop {
            if work.is_none() {
                if self.stopping.is_cancelled() {
                    return Ok(Some((CloseCode::Away, "Rookery ends.")));
                }
                work = waiting.pop_front().map(|message| self.frames(message));
                match work {
                    Some(_) => self.connection.received(),
                    None => self.connection.listens(),
                }
            }
            tokio::select! {
                frame = async { work.as_mut()?.next().await }, if work.is_some() => match frame {
                    Some(frame) => {
                        self.send(stream, frame).await?;
                        self.connection.hold(waiting.iter().map(Bytes::len).sum());
                    }
                    None if self.socket.ends() => return Ok(Some((CloseCode::Normal, ""))),
                    None => work = None,
                },
                message = stream.next() => match message {
                    Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                        let message = message.into_data();
                        self.connection.hold(message.len());
                        waiting.push_back(message);
                        if waiting.len() > AHEAD || waiting.iter().map(Bytes::len).sum::<usize>() > MESSAGE_BYTES {
                            return Ok(Some((CloseCode::Policy, "Wait for answers: too many messages came ahead of theirs.")));
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. }))) => {
                        return Ok(Some((CloseCode::Size, "A message has at most 1 MiB.")));
                    }
                    None | Some(Err(_)) => return Ok(None),
                },
                _ = beat.tick() => stream.send(Message::Ping(Bytes::new())).await?,
                () = self.stopping.cancelled(), if work.is_none() => {}
            }
        }
    }

    fn frames(&self, message: Bytes) -> BoxStream<'_, String> {
        let answer = (self.ask)(message);
        once(async move { self.socket.frames(answer.await, FRAME_BYTES) }).flatten().boxed()
    }

    async fn send<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut WebSocketStream<S>, frame: String) -> Result<(), Error> {
        self.connection.answer(frame.len());
        // There is more after it, once it is written.
        self.connection.has_all_so_far();
        stream.send(Message::text(frame)).await
    }
}

/// Waits for the client's word of leave. What is still under way is read: else the system would take back the last frame, too.
async fn drained<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut WebSocketStream<S>, code: CloseCode) {
    while let Some(Ok(_)) = stream.next().await {}
    if code == CloseCode::Size {
        // The rest of a message that was too long is no frame.
        let _ = tokio::io::copy(stream.get_mut(), &mut tokio::io::sink()).await;
    }
}
