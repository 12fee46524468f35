//! Creates the queues with their settings, for the local program and tests. On AWS the template creates them with the same
//! numbers, except that messages are kept for four days: nobody switches AWS off for longer.

use crate::queues::{MAX_RECEIVES, Queue, QueueUrls, Urls};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use rookery_domain::{Error, Result};
use serde_json::json;

/// SQS's maximum: a program that was off for days continues where it stopped.
const RETENTION_DAYS: u32 = 14;

/// Creates the queues that do not exist.
pub async fn create_queues(client: &Client) -> Result<QueueUrls> {
    let mut urls = Vec::new();
    for queue in Queue::ALL {
        urls.push(create(client, queue).await?);
    }
    Ok(QueueUrls(urls))
}

async fn create(client: &Client, queue: Queue) -> Result<Urls> {
    let failed = |error: &dyn std::fmt::Display| Error::unavailable(format!("making the queue {}: {error}", queue.name()));
    let retention = (RETENTION_DAYS * 24 * 3600).to_string();
    let dead = client.create_queue().queue_name(format!("{}-dead", queue.name()));
    let dead = dead.attributes(Name::MessageRetentionPeriod, &retention).send().await;
    let dead = dead.map_err(|error| failed(&DisplayErrorContext(error)))?;
    let dead = dead.queue_url.ok_or_else(|| failed(&"no URL in the answer"))?;
    let attributes = client.get_queue_attributes().queue_url(&dead).attribute_names(Name::QueueArn).send().await;
    let attributes = attributes.map_err(|error| failed(&DisplayErrorContext(error)))?;
    let arn =
        attributes.attributes().and_then(|attributes| attributes.get(&Name::QueueArn)).ok_or_else(|| failed(&"no ARN"))?.clone();
    let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": MAX_RECEIVES}).to_string();
    let made = client
        .create_queue()
        .queue_name(queue.name())
        .attributes(Name::VisibilityTimeout, queue.visibility().as_secs().to_string())
        .attributes(Name::MessageRetentionPeriod, &retention)
        .attributes(Name::ReceiveMessageWaitTimeSeconds, "20")
        .attributes(Name::RedrivePolicy, redrive)
        .send()
        .await
        .map_err(|error| failed(&DisplayErrorContext(error)))?;
    Ok(Urls { queue: made.queue_url.ok_or_else(|| failed(&"no URL in the answer"))?, dead })
}
