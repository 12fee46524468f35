//! Dead-letter queues: reading the messages that nobody could handle.

use crate::Message;
use aws_sdk_sqs::Client;
use rookery_domain::{Error, Result};

/// The most receives of one call: the rest is left to the next tick.
const ROUNDS: usize = 20;

/// Gives each message of a dead-letter queue to `record`, and deletes the message when that succeeded. A message that cannot be
/// read stays in the queue.
pub async fn take_dead<F>(client: &Client, url: &str, record: impl Fn(Message) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    for _ in 0..ROUNDS {
        let received = client.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(0).send().await;
        let received =
            received.map_err(|error| Error::unavailable(aws_sdk_sqs::error::DisplayErrorContext(error).to_string()))?;
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(());
        }
        for dead in messages {
            let handled = match Message::decode(dead.body().unwrap_or_default()) {
                Ok(message) => record(message).await,
                Err(error) => Err(error),
            };
            if let Err(error) = handled {
                tracing::error!(message_id = dead.message_id(), %error, "dead letter not recorded");
                continue;
            }
            let delete = client.delete_message().queue_url(url).receipt_handle(dead.receipt_handle().unwrap_or_default());
            delete
                .send()
                .await
                .map_err(|error| Error::unavailable(aws_sdk_sqs::error::DisplayErrorContext(error).to_string()))?;
        }
    }
    Ok(())
}
