//! A durable SQS for one machine: standard queues in one SQLite file, in the AWS JSON 1.0 protocol
//! (source: the Amazon SQS API Reference and Developer Guide). It can be read alone; it knows nothing of Rookery.
//!
//! - [`operations`] reads a request and writes its answer; [`wire`] holds their shapes, [`error`] the error codes,
//!   [`check`] what input is refused.
//! - [`broker`] is one thread that owns everything. It takes all requests that wait, applies them to [`queues`] in memory,
//!   writes the resulting changes in **one** transaction ([`store`]) and only then answers: group commit.
//! - [`queues`] decides, without I/O and without a clock, and notes what is to be written ([`journal`]); [`queue`] is one queue,
//!   [`message`] one message, [`config`] a queue's attributes.
//!
//! What the stand-in promises:
//! - Sent, deleted, created, purged, moved: on disk (fsync) before the answer. Nobody receives a message that is not on disk.
//! - Received, visibility changed: in the file before the answer, so a receive count survives the death of the process, but not synced:
//!   a power cut may take back the last receives, which at-least-once allows.
//! - A visibility timeout or a delay ends to the millisecond; a long poll is answered as soon as the message is stored.
//! - A message is not given to a caller who has hung up; an answer that finds its caller gone puts the messages back, uncounted.
//! - Waiting messages of different `MessageGroupId`s are handed out in turns.
//! - A receive may name groups that get nothing of it ([`pass_over`]): the one thing here that AWS has not. There, fair queues see
//!   by themselves which groups have many messages in flight.
//!
//! What it does not do: FIFO queues (refused), policies, encryption, tags, `MessageSystemAttributes`, the 120,000 in flight, the
//! minute after a deletion or a purge. A move task moves everything at once. Bodies are held in memory too: it is meant for messages
//! that carry ids, not for gigabytes.

mod broker;
mod check;
mod config;
mod error;
mod journal;
mod message;
mod operations;
mod queue;
mod queues;
mod received;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use crate::StandinError;
use crate::disk::Disk;
use crate::opening::Checked;
use crate::service::{Answer, Service};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use broker::Broker;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Makes a `ReceiveMessage` to the stand-in pass over the messages of these groups; for `mutate_request` of the SDK's operation.
pub fn pass_over(request: &mut HttpRequest, groups: &[String]) {
    let fields = request.body().bytes().and_then(|body| serde_json::from_slice(body).ok());
    let Some(mut fields): Option<Map<String, Value>> = fields else { return };
    fields.insert("PassOver".to_owned(), groups.into());
    *request.body_mut() = SdkBody::from(Value::Object(fields).to_string());
}

/// The running stand-in; cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqs {
    broker: Broker,
}

impl Sqs {
    /// Opens the file and starts the thread, which ends after [`Sqs::close`].
    pub(crate) fn open(file: Checked, disk: Arc<Disk>) -> Result<(Sqs, JoinHandle<()>), StandinError> {
        let (broker, thread) = Broker::open(file, disk)?;
        Ok((Sqs { broker }, thread))
    }

    /// Ends all waiting receives, now and from now on.
    pub(crate) fn drain(&self) {
        self.broker.drain();
    }

    /// Ends the thread after what was submitted before.
    pub(crate) fn close(&self) {
        self.broker.close();
    }
}

impl Service for Sqs {
    fn answer(&self, target: &str, body: Bytes) -> Answer {
        let operation = target.strip_prefix("AmazonSQS.").unwrap_or_default().to_owned();
        Box::pin(operations::answer(self.broker.clone(), operation, body))
    }
}
