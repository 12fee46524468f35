//! The queue of messages: first in, first out for each connection, and one at a time.

use aws_lambda_events::event::sqs::SqsMessage;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use rookery_domain::{Error, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::interval;

/// How often it is said that a message is being answered, and how long it then stays hidden: if whoever answers it dies, it comes again soon.
const BEAT: Duration = Duration::from_secs(20);
const HIDDEN_SECONDS: i32 = 60;

/// A message of a client.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) connection: String,
    /// The id that API Gateway gave it.
    pub(crate) id: String,
    /// The text, in base64: a queue takes no control characters.
    pub(crate) text: String,
}

pub(crate) struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    pub(crate) fn new(client: Client, url: String) -> Self {
        Queue { client, url }
    }

    /// Sends a message. The queue drops one that was sent twice, by its content.
    pub(crate) async fn send(&self, said: &Said) -> Result<()> {
        let body = serde_json::to_string(said).map_err(Error::internal)?;
        let request = self.client.send_message().queue_url(&self.url).message_body(body).message_group_id(&said.connection);
        request.send().await.map(drop).map_err(|error| Error::unavailable(DisplayErrorContext(error).to_string()))
    }

    /// Hides a received message from others while it is worked on.
    pub(crate) async fn hidden_while<T>(&self, message: &SqsMessage, work: impl Future<Output = T>) -> T {
        let hidden = async {
            let mut beat = interval(BEAT);
            loop {
                beat.tick().await;
                self.hide(message).await;
            }
        };
        tokio::select! {
            done = work => done,
            never = hidden => never,
        }
    }

    async fn hide(&self, message: &SqsMessage) {
        let request = self.client.change_message_visibility().queue_url(&self.url).visibility_timeout(HIDDEN_SECONDS);
        if let Err(error) = request.set_receipt_handle(message.receipt_handle.clone()).send().await {
            tracing::warn!(error = %DisplayErrorContext(error), "a message is not hidden; it may come again while it is answered");
        }
    }
}
