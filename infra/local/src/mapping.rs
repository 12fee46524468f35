//! The stand-in for an event source mapping: it receives messages, gives batches to the function, and deletes the messages that
//! did not fail.
//!
//! On AWS, a received message is hidden for six times the function's timeout. Here it is hidden for a short time, which is
//! extended while the message is worked on. So a message that failed, or was under way when the machine slept, comes again soon.

use crate::shares::{Room, Shares};
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{BuildError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
};
use lambda_runtime::LambdaEvent;
use rookery_engine::{AtRest, Engine};
use rookery_operations::Operator;
use rookery_queue::Queue;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// For how long received messages are hidden here.
const HOLD: Hold = Hold { hidden: Duration::from_secs(30), beat: Duration::from_secs(10) };

/// A batch costs several calls, however many messages it has. So after one of this size, the next may fill for a moment. Messages that come
/// one by one never wait, and after a full batch more are there already.
const COMPANY: Range<usize> = 3..10;
/// How long that is. A mapping knows it as `MaximumBatchingWindowInSeconds`.
const WINDOW: Duration = Duration::from_millis(1);

/// The function behind a queue.
#[derive(Clone)]
pub(crate) enum Function {
    Routing(Arc<Engine>),
    Dispatch(Arc<Engine>),
    Agents(Arc<Operator>),
}

impl Function {
    fn queue(&self) -> Queue {
        match self {
            Function::Routing(_) => Queue::Route,
            Function::Dispatch(_) => Queue::Deliver,
            Function::Agents(_) => Queue::Agents,
        }
    }

    async fn handle(self, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, lambda_runtime::Error> {
        match self {
            Function::Routing(engine) => rookery_routing::handle(engine, event).await,
            Function::Dispatch(engine) => rookery_dispatch::handle(engine, event).await,
            Function::Agents(operator) => rookery_operator::handle(operator, event).await,
        }
    }
}

/// How long a message is hidden, and how often that is repeated while it is worked on.
#[derive(Clone, Copy)]
struct Hold {
    hidden: Duration,
    beat: Duration,
}

/// Feeds a queue to its function until the program stops. `shares` says how many messages may be under way; those that are
/// at rest need no seats.
pub(crate) async fn run(
    function: Function,
    client: Client,
    url: String,
    shares: Arc<Shares>,
    mut at_rest: AtRest,
    tasks: TaskTracker,
    stopping: CancellationToken,
) {
    let mut last_batch = 0;
    loop {
        if COMPANY.contains(&last_batch) {
            tokio::time::sleep(WINDOW).await;
        }
        let received = async {
            let room = shares.room(&mut at_rest).await;
            tokio::select! {
                received = receive(&client, &url, &room) => received,
                // What was to be passed over may be received now.
                () = shares.eased(&room.full, &mut at_rest) => Ok(Vec::new()),
            }
        };
        let received = tokio::select! {
            received = received => received,
            () = stopping.cancelled() => return,
        };
        match received {
            Ok(messages) if messages.is_empty() => {}
            Ok(messages) => {
                last_batch = messages.len();
                let batch = shares.begin(messages.iter().map(project));
                let (function, client, url) = (function.clone(), client.clone(), url.clone());
                tasks.spawn(async move {
                    handle(function, &client, &url, messages).await;
                    drop(batch);
                });
            }
            Err(untold) => {
                if let Some(error) = untold {
                    tracing::warn!(queue = function.queue().name(), error, "receiving failed");
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// The project whose message this is: the name of its group.
fn project(message: &Message) -> &str {
    let group = message.attributes.as_ref().and_then(|attributes| attributes.get(&MessageSystemAttributeName::MessageGroupId));
    group.map_or("", String::as_str)
}

/// Receives messages of projects that are not full; the error is the text for the log, if there is one.
async fn receive(client: &Client, url: &str, room: &Room) -> Result<Vec<Message>, Option<String>> {
    let most = i32::try_from(room.most).unwrap_or(1);
    let request = client.receive_message().queue_url(url).max_number_of_messages(most).wait_time_seconds(20);
    let request = request.visibility_timeout(HOLD.seconds()).message_system_attribute_names(MessageSystemAttributeName::All);
    let full = room.full.clone();
    let received = if full.is_empty() {
        request.send().await
    } else {
        request.customize().mutate_request(move |request| rookery_standins::pass_over(request, &full)).send().await
    };
    received.map(|received| received.messages.unwrap_or_default()).map_err(untold)
}

/// The text for the log about a failed call; none about a full disk, which the log has already.
fn untold<E>(error: SdkError<E>) -> Option<String>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    (error.code() != Some("StorageFull")).then(|| DisplayErrorContext(error).to_string())
}

impl Hold {
    fn seconds(self) -> i32 {
        i32::try_from(self.hidden.as_secs()).unwrap_or(i32::MAX)
    }

    /// Keeps messages hidden while they are worked on.
    async fn during<T>(self, work: impl Future<Output = T>, client: &Client, url: &str, receipts: &[&str]) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(self.beat) => {
                    // If this fails, the messages come again while they are worked on: that is safe, and only wastes work.
                    if let Err(Some(error)) = self.hide(client, url, receipts).await {
                        tracing::warn!(error, "messages under way may come a second time");
                    }
                }
            }
        }
    }

    async fn hide(self, client: &Client, url: &str, receipts: &[&str]) -> Result<(), Option<String>> {
        let entry = |(index, receipt): (usize, &&str)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string()).receipt_handle(*receipt);
            entry.visibility_timeout(self.seconds()).build()
        };
        let entries = receipts.iter().enumerate().map(entry).collect::<Result<Vec<_>, BuildError>>();
        let entries = entries.map_err(|error| Some(error.to_string()))?;
        // Entries of messages that came again meanwhile fail: another receiver has those messages now.
        let changed = client.change_message_visibility_batch().queue_url(url).set_entries(Some(entries)).send().await;
        changed.map(drop).map_err(untold)
    }
}

async fn handle(function: Function, client: &Client, url: &str, messages: Vec<Message>) {
    let queue = function.queue();
    let handles: Vec<(String, String)> =
        messages.iter().map(|message| (text(message.message_id()), text(message.receipt_handle()))).collect();
    let mut payload = SqsEvent::default();
    payload.records = messages.into_iter().map(|message| record(queue, message)).collect();
    let event = LambdaEvent::new(payload, lambda_runtime::Context::default());
    let receipts: Vec<&str> = handles.iter().map(|(_, receipt)| receipt.as_str()).collect();
    let answered = HOLD.during(function.handle(event), client, url, &receipts).await;
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
            // A message that is not deleted comes again, and its work is found done.
            let deleted = client.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
            if let Err(Some(error)) = deleted.map_err(untold) {
                tracing::warn!(queue = queue.name(), error, "deleting failed");
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

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_standins::Standins;

    #[tokio::test]
    async fn a_message_stays_hidden_while_it_is_worked_on_and_comes_again_soon_after() {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let client = Client::from_conf(standins.sqs_config().build());
        let url = client.create_queue().queue_name("q").send().await.unwrap().queue_url.unwrap();
        client.send_message().queue_url(&url).message_body("x").send().await.unwrap();
        let receive = |wait| {
            let receive = client.receive_message().queue_url(&url).visibility_timeout(1).wait_time_seconds(wait);
            async { receive.send().await.unwrap().messages.unwrap_or_default() }
        };
        let message = receive(0).await.remove(0);
        let hold = Hold { hidden: Duration::from_secs(1), beat: Duration::from_millis(100) };
        // The work is to wait for the message for three times as long as it is hidden at first.
        let seen = hold.during(receive(3), &client, &url, &[message.receipt_handle().unwrap()]).await;
        assert!(seen.is_empty(), "it was given to somebody else");
        assert_eq!(receive(20).await.len(), 1, "nobody works on it any more");
        standins.stop().await;
    }
}
