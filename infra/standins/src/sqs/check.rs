//! Which input is refused, and why. Source: the constraints in the Amazon SQS API Reference and "Amazon SQS message quotas".

use super::config::no_fifo;
use super::error::{Code, Error};
use super::message::{Attribute, Attributes, Content};
use super::wire::{Entry, Send};
use base64::Engine;
use std::ops::RangeInclusive;

const MAX_BATCH_ENTRIES: usize = 10;
const MAX_ATTRIBUTES: usize = 10;
/// The most bytes of a batch, over all its messages.
pub(crate) const MAX_BATCH_BYTES: usize = 1_048_576;

fn invalid(parameter: &str, reason: &str) -> Error {
    Error::new(Code::InvalidParameterValue, format!("Invalid value for the parameter {parameter}: {reason}."))
}

pub(crate) fn queue_name(name: &str) -> Result<(), Error> {
    if name.ends_with(".fifo") {
        return Err(no_fifo());
    }
    if !is_identifier(name) {
        return Err(invalid("QueueName", "use 1 to 80 letters, digits, hyphens and underscores"));
    }
    Ok(())
}

fn is_identifier(text: &str) -> bool {
    (1..=80).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The queue's name in a URL of this start or an earlier one: ports change, names stay.
pub(crate) fn queue_of_url(url: &str) -> Result<String, Error> {
    let name = url.rsplit('/').next().filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| invalid("QueueUrl", "give the URL that CreateQueue or GetQueueUrl returned"))
}

pub(crate) fn in_range(parameter: &str, value: Option<i64>, range: RangeInclusive<i64>) -> Result<(), Error> {
    match value {
        Some(value) if !range.contains(&value) => {
            Err(invalid(parameter, &format!("{value} is not between {} and {}", range.start(), range.end())))
        }
        _ => Ok(()),
    }
}

/// Checks that there are one to ten entries, with distinct and well-formed ids.
pub(crate) fn batch<E: Entry>(entries: &[E]) -> Result<(), Error> {
    if entries.is_empty() {
        return Err(Error::new(Code::EmptyBatchRequest, "There should be at least one entry in the request."));
    }
    if entries.len() > MAX_BATCH_ENTRIES {
        let message = format!("Maximum number of entries per request are {MAX_BATCH_ENTRIES}. You have sent {}.", entries.len());
        return Err(Error::new(Code::TooManyEntriesInBatchRequest, message));
    }
    for (place, entry) in entries.iter().enumerate() {
        let id = entry.id();
        if !is_identifier(id) {
            let message = format!("The batch entry id {id:?} is not 1 to 80 letters, digits, hyphens and underscores.");
            return Err(Error::new(Code::InvalidBatchEntryId, message));
        }
        if entries[..place].iter().any(|earlier| earlier.id() == id) {
            return Err(Error::new(Code::BatchEntryIdsNotDistinct, format!("Id {id} repeated: give each entry its own.")));
        }
    }
    Ok(())
}

/// Checks a message to send, except for its size, whose limit depends on the queue.
pub(crate) fn content(entry: Send, sent_at: super::message::Millis) -> Result<Content, Error> {
    if entry.message_body.is_empty() {
        return Err(Error::new(Code::MissingParameter, "The request must contain the parameter MessageBody."));
    }
    allowed_text(&entry.message_body)?;
    in_range("DelaySeconds", entry.delay_seconds, 0..=900)?;
    attributes(&entry.message_attributes)?;
    if entry.message_deduplication_id.is_some() {
        return Err(invalid("MessageDeduplicationId", "it belongs to FIFO queues, leave it out"));
    }
    if let Some(group) = &entry.message_group_id
        && !((1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        return Err(invalid("MessageGroupId", "use 1 to 128 letters, digits and punctuation"));
    }
    Ok(Content {
        id: uuid::Uuid::now_v7(),
        body: entry.message_body,
        attributes: entry.message_attributes,
        group: entry.message_group_id.map(Into::into),
        sent_at,
        source: None,
    })
}

/// Checks that a text has only characters that XML 1.0 allows.
fn allowed_text(text: &str) -> Result<(), Error> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    match text.chars().find(|c| !allowed(*c)) {
        None => Ok(()),
        Some(c) => {
            Err(Error::new(Code::InvalidMessageContents, format!("The character {c:?} is not allowed in a message: encode it.")))
        }
    }
}

fn attributes(attributes: &Attributes) -> Result<(), Error> {
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(invalid("MessageAttributes", "a message has ten at most"));
    }
    for (name, attribute) in attributes {
        attribute_name(name)?;
        attribute_value(name, attribute)?;
    }
    Ok(())
}

fn attribute_name(name: &str) -> Result<(), Error> {
    let characters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let dots = !name.starts_with('.') && !name.ends_with('.') && !name.contains("..");
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    if !(1..=256).contains(&name.len()) || !characters || !dots || reserved {
        return Err(invalid("MessageAttributes", &format!("the attribute name {name:?} is not allowed")));
    }
    Ok(())
}

fn attribute_value(name: &str, attribute: &Attribute) -> Result<(), Error> {
    let refused = |reason: &str| Err(invalid("MessageAttributes", &format!("the attribute {name} {reason}")));
    let kind = attribute.data_type.split('.').next();
    match (kind, &attribute.string_value, &attribute.binary_value) {
        (Some("String" | "Number"), Some(text), None) if text.is_empty() => refused("must have a non-empty value"),
        (Some("String"), Some(text), None) => allowed_text(text),
        (Some("Number"), Some(text), None) if text.parse::<f64>().is_err() => refused("is not a number"),
        (Some("Number"), Some(_), None) => Ok(()),
        (Some("Binary"), None, Some(base64)) => match base64::engine::general_purpose::STANDARD.decode(base64) {
            Ok(bytes) if !bytes.is_empty() => Ok(()),
            Ok(_) => refused("must have a non-empty value"),
            Err(_) => refused("is not in base64"),
        },
        _ => refused("needs a DataType of String, Number or Binary, and the value that goes with it"),
    }
}
