//! What an event source mapping does: it receives messages, hands batches to the function, deletes what did not fail.

use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use lambda_runtime::LambdaEvent;
use rookery_engine::Engine;
use rookery_queue::Queue;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Batches of a queue that are handled at once: the mapping's `MaximumConcurrency`.
const CONCURRENCY: usize = 24;

/// Feeds a queue to its function until it is told to stop.
pub(crate) async fn run(
    queue: Queue,
    engine: Arc<Engine>,
    client: Client,
    url: String,
    tasks: TaskTracker,
    stopping: CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(CONCURRENCY));
    while !stopping.is_cancelled() {
        let Ok(permit) = permits.clone().acquire_owned().await else { return };
        let received = tokio::select! {
            received = receive(&client, &url) => received,
            () = stopping.cancelled() => return,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => {
                let (engine, client, url) = (engine.clone(), client.clone(), url.clone());
                tasks.spawn(async move {
                    handle(queue, engine, &client, &url, messages).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(queue = queue.name(), error, "receiving failed");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn receive(client: &Client, url: &str) -> Result<Vec<Message>, String> {
    let request = client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(20);
    let received = request.message_system_attribute_names(MessageSystemAttributeName::All).send().await;
    received
        .map(|received| received.messages.unwrap_or_default())
        .map_err(|error| aws_sdk_sqs::error::DisplayErrorContext(error).to_string())
}

async fn handle(queue: Queue, engine: Arc<Engine>, client: &Client, url: &str, messages: Vec<Message>) {
    let handles: Vec<(String, String)> =
        messages.iter().map(|message| (text(message.message_id()), text(message.receipt_handle()))).collect();
    let mut payload = SqsEvent::default();
    payload.records = messages.into_iter().map(|message| record(queue, message)).collect();
    let event = LambdaEvent::new(payload, lambda_runtime::Context::default());
    let answered = match queue {
        Queue::Route => rookery_routing::handle(engine, event).await,
        Queue::Deliver => rookery_dispatch::handle(engine, event).await,
    };
    let failed: HashSet<String> = match answered {
        Ok(answer) => answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(),
        Err(error) => return tracing::error!(queue = queue.name(), %error, "the function failed; its batch comes again"),
    };
    let done = handles.iter().filter(|(id, _)| !failed.contains(id)).enumerate();
    let entries: Result<Vec<_>, _> = done
        .map(|(index, (_, receipt))| {
            DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(receipt).build()
        })
        .collect();
    match entries {
        Ok(entries) if entries.is_empty() => {}
        Ok(entries) => {
            // What is not deleted comes again, and is found done.
            if let Err(error) = client.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await {
                tracing::warn!(queue = queue.name(), error = %aws_sdk_sqs::error::DisplayErrorContext(error), "deleting failed");
            }
        }
        Err(error) => tracing::error!(%error, "a batch to delete is not well formed"),
    }
}

/// The record that a mapping makes of a message.
fn record(queue: Queue, message: Message) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = message.message_id;
    record.receipt_handle = message.receipt_handle;
    record.md5_of_body = message.md5_of_body;
    record.body = message.body;
    record.attributes =
        message.attributes.unwrap_or_default().into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect();
    record.event_source = Some("aws:sqs".to_owned());
    record.event_source_arn = Some(format!("arn:aws:sqs:us-east-1:000000000000:{}", queue.name()));
    record.aws_region = Some("us-east-1".to_owned());
    record
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}
