//! A queue's attributes as callers set and read them: names, ranges and defaults.
//! Source: SetQueueAttributes in the Amazon SQS API Reference.

use super::error::{Code, Error};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The part of a queue's ARN before its name. Region and account are those of the SDK configuration and of every local stand-in.
const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:";

pub(crate) fn arn(queue: &str) -> String {
    format!("{ARN}{queue}")
}

/// The queue name in an ARN of this stand-in.
pub(crate) fn queue_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix(ARN)
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// How long a sent message cannot be received, in seconds.
    pub(crate) delay: i64,
    /// The most bytes of a message's body and attributes.
    pub(crate) max_size: i64,
    /// How long a message is kept after it was sent, in seconds.
    pub(crate) retention: i64,
    /// How long a receive waits that names no time, in seconds.
    pub(crate) wait: i64,
    /// How long a received message is hidden, in seconds.
    pub(crate) visibility: i64,
    pub(crate) redrive: Option<Redrive>,
}

impl Default for Config {
    fn default() -> Config {
        Config { delay: 0, max_size: 1_048_576, retention: 345_600, wait: 0, visibility: 30, redrive: None }
    }
}

/// After `max_receives` receives without a deletion, a message goes to `dead_letters`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Redrive {
    /// The queue's name, not its ARN.
    pub(crate) dead_letters: String,
    pub(crate) max_receives: u32,
    /// The policy's text as it was given, which is shown again.
    text: String,
}

impl Config {
    /// This configuration with the given attributes.
    pub(crate) fn with(mut self, attributes: &BTreeMap<String, String>) -> Result<Config, Error> {
        for (name, value) in attributes {
            self.set(name, value)?;
        }
        Ok(self)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "DelaySeconds" => self.delay = number(name, value, 0..=900)?,
            "MaximumMessageSize" => self.max_size = number(name, value, 1_024..=1_048_576)?,
            "MessageRetentionPeriod" => self.retention = number(name, value, 60..=1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.wait = number(name, value, 0..=20)?,
            "VisibilityTimeout" => self.visibility = number(name, value, 0..=43_200)?,
            "RedrivePolicy" if value.is_empty() => self.redrive = None,
            "RedrivePolicy" => self.redrive = Some(Redrive::parse(value)?),
            "FifoQueue" | "ContentBasedDeduplication" | "DeduplicationScope" | "FifoThroughputLimit" => return Err(no_fifo()),
            _ => {
                return Err(Error::new(
                    Code::InvalidAttributeName,
                    format!("Unknown Attribute {name}: this stand-in does not know it."),
                ));
            }
        }
        Ok(())
    }

    /// The attributes as the API shows them; `with` reads them back.
    pub(crate) fn attributes(&self) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::from([
            ("DelaySeconds".to_owned(), self.delay.to_string()),
            ("MaximumMessageSize".to_owned(), self.max_size.to_string()),
            ("MessageRetentionPeriod".to_owned(), self.retention.to_string()),
            ("ReceiveMessageWaitTimeSeconds".to_owned(), self.wait.to_string()),
            ("VisibilityTimeout".to_owned(), self.visibility.to_string()),
        ]);
        if let Some(redrive) = &self.redrive {
            attributes.insert("RedrivePolicy".to_owned(), redrive.text.clone());
        }
        attributes
    }
}

pub(crate) fn no_fifo() -> Error {
    Error::new(
        Code::UnsupportedOperation,
        "FIFO queues are not supported by this stand-in: use a standard queue, and keep order elsewhere.",
    )
}

fn number(name: &str, value: &str, range: RangeInclusive<i64>) -> Result<i64, Error> {
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (low, high) = range.into_inner();
        Error::new(
            Code::InvalidAttributeValue,
            format!("Invalid value for the parameter {name}: give an integer from {low} to {high}."),
        )
    })
}

impl Redrive {
    fn parse(text: &str) -> Result<Redrive, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            max_receive_count: serde_json::Value,
        }
        let invalid = |reason: &str| {
            let form = r#"{"deadLetterTargetArn": ARN, "maxReceiveCount": 1 to 1000}"#;
            Error::new(
                Code::InvalidAttributeValue,
                format!("Invalid value for the parameter RedrivePolicy ({reason}): give {form}."),
            )
        };
        let policy: Policy = serde_json::from_str(text).map_err(|error| invalid(&error.to_string()))?;
        // AWS accepts the count as a number and as text.
        let count = policy.max_receive_count.as_u64().or_else(|| policy.max_receive_count.as_str()?.parse().ok());
        let max_receives = count
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| (1..=1_000).contains(n))
            .ok_or_else(|| invalid("bad maxReceiveCount"))?;
        let dead_letters =
            queue_of_arn(&policy.dead_letter_target_arn).ok_or_else(|| invalid("no such deadLetterTargetArn"))?.to_owned();
        Ok(Redrive { dead_letters, max_receives, text: text.to_owned() })
    }
}
