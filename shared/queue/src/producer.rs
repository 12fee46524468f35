//! Sending: messages of concurrent callers are joined into batches of ten. While one request is under way, the next batch
//! gathers. Projects take turns: one that sends a lot delays only itself.

use crate::turns::Turns;
use crate::{Message, Queue, QueueUrls};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry};
use rookery_domain::{Error, Result, Time, limits};
use rookery_trace::Context;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// The most messages that SendMessageBatch takes.
const BATCH: usize = 10;
/// The most messages that are put in order together: among so many, the first message of each project is among the first.
const GATHERED: usize = 10_000;
/// The most requests of a queue under way at once that are not full: meanwhile the next batch fills.
const REQUESTS: usize = 1;
/// The most full requests of a queue under way at once: they have nothing to wait for. A fan-out of a hundred is sent in one go.
const FULL_REQUESTS: usize = 10;
/// How often entries are sent that failed because of the service, not because of us.
const TRIES: usize = 3;

/// A message and when it may be received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The message.
    pub message: Message,
    /// The message is not received before this time, which is at most 15 minutes ahead; a later time is cut to that.
    pub not_before: Option<Time>,
    /// The span of the current trace that the message follows from; none for the span that sends it.
    pub span: Option<u64>,
}

impl Outgoing {
    /// A message that is not received before this time.
    pub fn at(message: Message, not_before: Time) -> Self {
        Outgoing { not_before: Some(not_before), ..message.into() }
    }

    /// The trace of the message.
    pub(crate) fn trace(&self) -> Option<Context> {
        rookery_trace::current().map(|now| Context { span: self.span.unwrap_or(now.span), ..now })
    }
}

impl From<Message> for Outgoing {
    fn from(message: Message) -> Self {
        Outgoing { message, not_before: None, span: None }
    }
}

/// A message that waits to be sent. Its body is written by the caller's task, so that it carries the caller's trace.
struct Asked {
    body: String,
    group: String,
    /// The header for X-Ray, which sees messages but not their bodies.
    xray: Option<String>,
    not_before: Option<Time>,
    answer: oneshot::Sender<Result<()>>,
}

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Producer {
    /// A sender for each queue, in the order of [`Queue::ALL`].
    queues: Arc<[mpsc::Sender<Asked>]>,
}

impl Producer {
    /// Starts sending to these queues. Must be called on a tokio runtime.
    pub fn start(client: Client, urls: &QueueUrls) -> Self {
        let start = |queue: Queue| {
            let (sender, asked) = mpsc::channel(1024);
            tokio::spawn(run(client.clone(), urls.of(queue).queue.clone(), asked));
            sender
        };
        Producer { queues: Queue::ALL.map(start).into() }
    }

    /// Sends all messages. After `Ok`, each of them is durable. After an error, some may have been sent: sending them again is safe.
    pub async fn send(&self, outgoing: Vec<Outgoing>) -> Result<()> {
        let mut answers = Vec::with_capacity(outgoing.len());
        for outgoing in outgoing {
            let (answer, answered) = oneshot::channel();
            let queue = &self.queues[outgoing.message.task.queue() as usize];
            let trace = outgoing.trace();
            let asked = Asked {
                body: outgoing.message.encode_in(trace),
                group: outgoing.message.project().to_string(),
                xray: trace.and_then(rookery_trace::xray_header),
                not_before: outgoing.not_before,
                answer,
            };
            queue.send(asked).await.map_err(|_| Error::unavailable("the producer has stopped"))?;
            answers.push(answered);
        }
        for answered in answers {
            answered.await.map_err(Error::unavailable)??;
        }
        Ok(())
    }
}

async fn run(client: Client, url: String, mut asked: mpsc::Receiver<Asked>) {
    let (partial, full) = (Arc::new(Semaphore::new(REQUESTS)), Arc::new(Semaphore::new(FULL_REQUESTS)));
    let mut turns = Turns::default();
    loop {
        if turns.is_empty() {
            let Some(first) = asked.recv().await else { return };
            turns.push(first.group.clone(), first);
        }
        gather(&mut asked, &mut turns);
        let permits = if turns.len() >= BATCH { &full } else { &partial };
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        gather(&mut asked, &mut turns);
        let batch: Vec<Asked> = std::iter::from_fn(|| turns.pop()).take(BATCH).collect();
        let (client, url) = (client.clone(), url.clone());
        tokio::spawn(async move {
            send_batch(&client, &url, batch).await;
            drop(permit);
        });
    }
}

/// Puts the messages that came meanwhile in order.
fn gather(asked: &mut mpsc::Receiver<Asked>, turns: &mut Turns<Asked>) {
    while turns.len() < GATHERED
        && let Ok(more) = asked.try_recv()
    {
        turns.push(more.group.clone(), more);
    }
}

async fn send_batch(client: &Client, url: &str, mut batch: Vec<Asked>) {
    let mut failure = Failure::Other(String::new());
    for _ in 0..TRIES {
        match try_batch(client, url, &batch).await {
            Ok(failed) => {
                let mut rest = Vec::new();
                for (index, asked) in batch.into_iter().enumerate() {
                    if failed.contains(&index) {
                        rest.push(asked);
                    } else {
                        // The caller may have gone away.
                        let _ = asked.answer.send(Ok(()));
                    }
                }
                batch = rest;
                failure = Failure::Other("the queue refused entries of a batch".to_owned());
            }
            Err(error) => {
                failure = error;
                break;
            }
        }
        if batch.is_empty() {
            return;
        }
    }
    for asked in batch {
        let _ = asked.answer.send(Err(failure.error()));
    }
}

/// Why a request failed; each caller that waits for the request is told.
enum Failure {
    /// The stand-in's disk is full, and nothing was sent.
    Full,
    Other(String),
}

impl Failure {
    fn error(&self) -> Error {
        match self {
            Failure::Full => Error::storage_full(),
            Failure::Other(why) => Error::unavailable(why.clone()),
        }
    }
}

/// The indices of the entries that failed.
async fn try_batch(client: &Client, url: &str, batch: &[Asked]) -> Result<Vec<usize>, Failure> {
    let entries = batch.iter().enumerate().map(|(index, asked)| entry(index, asked)).collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| Failure::Other(error.to_string()))?;
    let sent = client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
    let sent = sent.map_err(|error| match error.code() {
        Some("StorageFull") => Failure::Full,
        _ => Failure::Other(aws_sdk_sqs::error::DisplayErrorContext(error).to_string()),
    })?;
    Ok(sent.failed().iter().filter_map(|failed| failed.id().parse().ok()).collect())
}

fn entry(index: usize, asked: &Asked) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let wait = asked.not_before.map_or(0, |at| at.0 - Time::now().0).clamp(0, limits::DELAYED_MESSAGE_MS);
    let seconds = i32::try_from((wait + 999) / 1000).unwrap_or(0);
    let xray =
        asked.xray.as_ref().map(|header| MessageSystemAttributeValue::builder().data_type("String").string_value(header).build());
    let xray = xray.transpose()?.map(|header| HashMap::from([(MessageSystemAttributeNameForSends::AwsTraceHeader, header)]));
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&asked.body)
        .message_group_id(&asked.group)
        .set_message_system_attributes(xray)
        .set_delay_seconds((seconds > 0).then_some(seconds))
        .build()
}
