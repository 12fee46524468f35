//! The shapes of requests and answers in the AWS JSON 1.0 protocol. Source: the Amazon SQS API Reference.

use super::config::arn;
use super::message::{Attribute, Attributes, Message, md5_of_attributes, md5_of_body, size};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The queue that most requests name; it is read separately from the rest of the request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Target {
    pub(crate) queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateQueue {
    pub(crate) queue_name: String,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct QueueName {
    pub(crate) queue_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListQueues {
    #[serde(default)]
    pub(crate) queue_name_prefix: String,
    pub(crate) max_results: Option<usize>,
    pub(crate) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetAttributes {
    #[serde(default)]
    pub(crate) attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetAttributes {
    pub(crate) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch<T> {
    pub(crate) entries: Vec<T>,
}

/// An entry of a batch, or the message of a request for only one, which has no id.
pub(crate) trait Entry {
    fn id(&self) -> &str;
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Send {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) message_body: String,
    pub(crate) delay_seconds: Option<i64>,
    #[serde(default)]
    pub(crate) message_attributes: Attributes,
    pub(crate) message_group_id: Option<String>,
    pub(crate) message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Delete {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangeVisibility {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) receipt_handle: String,
    pub(crate) visibility_timeout: i64,
}

impl Send {
    /// Bytes that count against a batch's limit.
    pub(crate) fn size(&self) -> usize {
        size(&self.message_body, &self.message_attributes)
    }
}

impl Entry for Send {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Entry for Delete {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Entry for ChangeVisibility {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Receive {
    pub(crate) max_number_of_messages: Option<i64>,
    pub(crate) visibility_timeout: Option<i64>,
    pub(crate) wait_time_seconds: Option<i64>,
    /// Message groups that get nothing. AWS has no such field: see [`pass_over`](super::pass_over).
    #[serde(default)]
    pub(crate) pass_over: Vec<String>,
}

/// The attributes that a receive asks for; they are read separately from the rest of the request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Wanted {
    /// The older name of `message_system_attribute_names`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StartMove {
    pub(crate) source_arn: String,
    pub(crate) destination_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceivedMessages<'a> {
    pub(crate) messages: Vec<ReceivedMessage<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ReceivedMessage<'a> {
    message_id: String,
    receipt_handle: String,
    body: &'a str,
    #[serde(rename = "MD5OfBody")]
    md5_of_body: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a String, &'a Attribute>,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_message_attributes: Option<String>,
}

impl<'a> ReceivedMessage<'a> {
    pub(crate) fn new(message: &'a Message, wanted: &Wanted) -> ReceivedMessage<'a> {
        let content = &message.content;
        let message_attributes: BTreeMap<_, _> = content.attributes.iter().filter(|(name, _)| wanted.attribute(name)).collect();
        ReceivedMessage {
            message_id: content.id.to_string(),
            receipt_handle: message.receipt().to_string(),
            body: &content.body,
            md5_of_body: md5_of_body(&content.body),
            attributes: system_attributes(message).into_iter().filter(|(name, _)| wanted.system_attribute(name)).collect(),
            md5_of_message_attributes: md5_of_attributes(message_attributes.iter().map(|(name, value)| (*name, *value))),
            message_attributes,
        }
    }
}

fn system_attributes(message: &Message) -> Vec<(&'static str, String)> {
    let (content, progress) = (&message.content, &message.progress);
    let mut attributes = vec![
        ("ApproximateReceiveCount", progress.receive_count.to_string()),
        ("SentTimestamp", content.sent_at.to_string()),
        ("SenderId", "local".to_owned()),
    ];
    attributes.extend(progress.first_received_at.map(|at| ("ApproximateFirstReceiveTimestamp", at.to_string())));
    attributes.extend(content.group.as_ref().map(|group| ("MessageGroupId", group.to_string())));
    attributes.extend(content.source.as_ref().map(|source| ("DeadLetterQueueSourceArn", arn(source))));
    attributes
}

impl Wanted {
    fn system_attribute(&self, name: &str) -> bool {
        self.attribute_names.iter().chain(&self.message_system_attribute_names).any(|wanted| wanted == name || wanted == "All")
    }

    /// Whether an attribute is asked for: by `All`, `.*`, its name, or a prefix like `name.*`.
    fn attribute(&self, name: &str) -> bool {
        self.message_attribute_names.iter().any(|wanted| {
            wanted == name || wanted == "All" || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
        })
    }
}
