//! A durable SQS for one machine: standard queues in one SQLite file, served over HTTP in the AWS JSON 1.0 protocol
//! (source: the Amazon SQS API Reference and Developer Guide). It can be read alone; it knows nothing of Rookery.
//!
//! - [`http`] reads a request and writes its answer; [`wire`] holds their shapes, [`error`] the error codes,
//!   [`check`] what input is refused.
//! - [`broker`] is one thread that owns everything. It takes all requests that wait, applies them to [`queues`] in memory,
//!   writes the resulting changes in **one** transaction ([`store`]) and only then answers: group commit.
//! - [`queues`] decides, without I/O and without a clock; [`queue`] is one queue, [`message`] one message, [`config`] a queue's attributes.
//!
//! What it promises:
//! - Sent, deleted, created, purged, moved: on disk (fsync) before the answer. Nobody receives a message that is not on disk.
//! - Received, visibility changed: in the file before the answer, so a receive count survives the death of the process, but not synced:
//!   a power cut may take back the last receives, which at-least-once allows.
//! - A visibility timeout or a delay ends to the millisecond; a long poll is answered as soon as the message is stored.
//! - A message is not given to a caller who has hung up; an answer that finds its caller gone puts the messages back, uncounted.
//! - Waiting messages of different `MessageGroupId`s are handed out in turns.
//!
//! What it does not do: FIFO queues (refused), policies, encryption, tags, `MessageSystemAttributes`, the 120,000 in flight, the
//! minute after a deletion or a purge. A move task moves everything at once. Bodies are held in memory too: it is meant for messages
//! that carry ids, not for gigabytes.

mod broker;
mod check;
mod config;
mod error;
mod http;
mod message;
mod queue;
mod queues;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use crate::StandinError;
use crate::server::Server;
use broker::Broker;
use std::path::Path;

/// The running stand-in.
pub(crate) struct Sqs {
    server: Server,
    broker: Broker,
    writer: std::thread::JoinHandle<()>,
}

impl Sqs {
    pub(crate) fn start(file: &Path) -> Result<Sqs, StandinError> {
        let (broker, writer) = Broker::open(file)?;
        let api = broker.clone();
        // One worker: the disk is waited for elsewhere, and one reads and answers tens of thousands of messages a second.
        let server = Server::spawn("sqs", 1, move |listener, stop| async move {
            if let Err(cause) = http::serve(listener, api, stop).await {
                tracing::error!(%cause, "the SQS stand-in failed");
            }
        })?;
        Ok(Sqs { server, broker, writer })
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
        self.broker.close();
        let writer = self.writer;
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
    }
}
