//! Answers to messages of clients. A message may come again, if whoever answered it died: it is then asked under the same key, so that
//! what was begun is followed, and nothing is begun twice.

use crate::Sockets;
use crate::queue::Said;
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use futures::stream::BoxStream;
use rookery_api::Socket;
use rookery_domain::{Error, Result};
use rookery_queue::MAX_RECEIVES;
use serde_json::json;
use std::time::Duration;
use tower::ServiceExt;

/// The longest frame that API Gateway pushes.
const FRAME_BYTES: usize = 128 * 1024;
/// How long a client may take for its first message, before it is told that nothing can be asked here. PyFlue's client sends before it
/// reads, and sees no frame that came with the end before that.
const PATIENCE: Duration = Duration::from_secs(1);

/// Answers the messages of a batch, in their order. After one that failed, all come again, so that the order stays.
pub(crate) async fn answer_all(sockets: &Sockets, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let has_failed = !response.batch_item_failures.is_empty();
        if has_failed || sockets.queue.hidden_while(&record, answer(sockets, &record)).await.is_none() {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    response
}

/// Answers a message; nothing if it must come again.
async fn answer(sockets: &Sockets, record: &SqsMessage) -> Option<()> {
    let message_id = record.message_id.as_deref();
    let Ok(said) = serde_json::from_str::<Said>(record.body.as_deref().unwrap_or_default()) else {
        tracing::error!(message_id, "unreadable message; it is dropped");
        return Some(());
    };
    let receives = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    match Box::pin(sockets.answer(&said, receives)).await {
        Ok(()) => Some(()),
        Err(error) => {
            tracing::warn!(message_id, connection = said.connection, %error, "message of a socket failed; it comes again");
            None
        }
    }
}

impl Sockets {
    async fn answer(&self, said: &Said, receives: u32) -> Result<()> {
        let id = &said.connection;
        // The client is gone, or was told the end.
        let Some(open) = self.store.socket(id).await? else { return Ok(()) };
        // What another version has stored may not be understood: the client opens another connection.
        let Ok(socket) = serde_json::from_str::<Socket>(&open.socket) else { return self.close(id).await };
        if let Some(refusal) = socket.refusal() {
            tokio::time::sleep(PATIENCE).await;
            self.push.frame(id, refusal.to_owned()).await?;
            return self.close(id).await;
        }
        let mut is_there = true;
        if receives > MAX_RECEIVES {
            is_there = self.push.frame(id, crashed()).await?;
        } else {
            let mut frames = self.ask(&socket, &open.path, said).await?;
            while let Some(frame) = frames.next().await {
                // What was asked goes on, whoever hears of it.
                is_there = is_there && self.push.frame(id, frame).await?;
            }
        }
        if socket.ends() || !is_there { self.close(id).await } else { self.store.message_is_answered(id).await }
    }

    /// Asks the router what a client says; gives the frames of the answer.
    async fn ask(&self, socket: &Socket, path: &str, said: &Said) -> Result<BoxStream<'static, String>> {
        let mut head = socket.request_without_key(path.parse::<Uri>().map_err(Error::internal)?);
        let key = format!("{}/{}", said.connection, said.id).parse::<HeaderValue>().map_err(Error::internal)?;
        head.headers.insert(HeaderName::from_static("idempotency-key"), key);
        let text = STANDARD.decode(&said.text).map_err(Error::internal)?;
        let Ok(answer) = self.router.clone().oneshot(Request::from_parts(head, Body::from(text))).await;
        Ok(socket.frames(answer, FRAME_BYTES))
    }

    /// Ends a connection from this side. Its item goes last: until then, whoever is asked again closes it again.
    pub(crate) async fn close(&self, id: &str) -> Result<()> {
        self.push.close(id).await?;
        self.store.delete_socket(id).await
    }
}

/// The frame for a message whose answering ended the function again and again.
fn crashed() -> String {
    let error = json!({"type": "crashed", "message": "Whoever answered this message crashed, again and again.",
        "details": "Look at the session, or send another message."});
    json!({"type": "error", "error": error}).to_string()
}
