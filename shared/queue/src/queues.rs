//! The queues, their dead-letter queues and settings. On AWS the template makes them with the same numbers, except that messages are
//! kept for four days: nobody switches AWS off for longer.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use rookery_domain::{Error, Result};
use serde_json::json;

/// How often a message may be received before it goes to the dead-letter queue: receives beyond the first are crashes.
pub const MAX_RECEIVES: u32 = 10;
/// How long a received message is hidden: six times the functions' timeout of 40 s.
pub const VISIBILITY_SECONDS: u32 = 240;
/// SQS's maximum: a program that was off for days goes on where it was.
const RETENTION_DAYS: u32 = 14;

/// A queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Events to route.
    Route,
    /// Deliveries, checks and timers to handle.
    Deliver,
}

impl Queue {
    /// All of them.
    pub const ALL: [Queue; 2] = [Queue::Route, Queue::Deliver];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Queue::Route => "route",
            Queue::Deliver => "deliver",
        }
    }
}

/// The URLs of a queue and of its dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// The queue.
    pub queue: String,
    /// Its dead-letter queue.
    pub dead: String,
}

/// The URLs of all queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    /// Of `route`.
    pub route: Urls,
    /// Of `deliver`.
    pub deliver: Urls,
}

impl QueueUrls {
    /// Of one queue.
    pub fn of(&self, queue: Queue) -> &Urls {
        match queue {
            Queue::Route => &self.route,
            Queue::Deliver => &self.deliver,
        }
    }
}

/// Makes the queues unless they are there: for the local runner and tests.
pub async fn create_queues(client: &Client) -> Result<QueueUrls> {
    Ok(QueueUrls { route: create(client, Queue::Route).await?, deliver: create(client, Queue::Deliver).await? })
}

async fn create(client: &Client, queue: Queue) -> Result<Urls> {
    let failed = |error: &dyn std::fmt::Display| Error::unavailable(format!("making the queue {}: {error}", queue.name()));
    let retention = (RETENTION_DAYS * 24 * 3600).to_string();
    let dead = client.create_queue().queue_name(format!("{}-dead", queue.name()));
    let dead = dead.attributes(Name::MessageRetentionPeriod, &retention).send().await;
    let dead = dead.map_err(|error| failed(&aws_sdk_sqs::error::DisplayErrorContext(error)))?;
    let dead = dead.queue_url.ok_or_else(|| failed(&"no URL in the answer"))?;
    let attributes = client.get_queue_attributes().queue_url(&dead).attribute_names(Name::QueueArn).send().await;
    let attributes = attributes.map_err(|error| failed(&aws_sdk_sqs::error::DisplayErrorContext(error)))?;
    let arn =
        attributes.attributes().and_then(|attributes| attributes.get(&Name::QueueArn)).ok_or_else(|| failed(&"no ARN"))?.clone();
    let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES}).to_string();
    let made = client
        .create_queue()
        .queue_name(queue.name())
        .attributes(Name::VisibilityTimeout, VISIBILITY_SECONDS.to_string())
        .attributes(Name::MessageRetentionPeriod, &retention)
        .attributes(Name::ReceiveMessageWaitTimeSeconds, "20")
        .attributes(Name::RedrivePolicy, redrive)
        .send()
        .await
        .map_err(|error| failed(&aws_sdk_sqs::error::DisplayErrorContext(error)))?;
    Ok(Urls { queue: made.queue_url.ok_or_else(|| failed(&"no URL in the answer"))?, dead })
}
