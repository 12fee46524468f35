//! One message: its content, which never changes, and the progress of its delivery. The digests of the API are here, too.
//! Source: "Calculating the MD5 message digest for message attributes" in the Amazon SQS Developer Guide.

use super::error::{Code, Error};
use base64::Engine;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Milliseconds since 1970, by the machine's clock. They are stored, so they must mean the same after a restart.
pub(crate) type Millis = i64;

pub(crate) type Attributes = BTreeMap<String, Attribute>;

/// A message attribute. It has exactly one of the values; a binary value is in base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// The content that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// The message's id. It is of version 7, so that ids sort by the time of sending: a restart restores this order.
    pub(crate) id: Uuid,
    pub(crate) body: String,
    pub(crate) attributes: Attributes,
    pub(crate) group: Option<Arc<str>>,
    pub(crate) sent_at: Millis,
    /// For a message in a dead-letter queue, the name of the queue it came from.
    pub(crate) source: Option<String>,
}

/// How far the delivery has come.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) visible_at: Millis,
    pub(crate) receive_count: u32,
    pub(crate) first_received_at: Option<Millis>,
}

impl Progress {
    /// The same progress, no longer in flight. The delay of a message that nobody has received stays.
    pub(crate) fn released(self, now: Millis) -> Self {
        if self.receive_count == 0 { self } else { Progress { visible_at: self.visible_at.min(now), ..self } }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) content: Arc<Content>,
    pub(crate) progress: Progress,
}

impl Message {
    /// The receipt of the latest receive.
    pub(crate) fn receipt(&self) -> Receipt {
        Receipt { id: self.content.id, receive_count: self.progress.receive_count }
    }
}

/// One receive of one message: the API's receipt handle, opaque to callers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Receipt {
    pub(crate) id: Uuid,
    pub(crate) receive_count: u32,
}

impl std::fmt::Display for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.id.simple(), self.receive_count)
    }
}

impl std::str::FromStr for Receipt {
    type Err = Error;

    fn from_str(handle: &str) -> Result<Receipt, Error> {
        let parts = handle.split_once('.').and_then(|(id, count)| Some((id.parse().ok()?, count.parse().ok()?)));
        let (id, receive_count) = parts.ok_or_else(|| {
            Error::new(Code::ReceiptHandleIsInvalid, "The input receipt handle is invalid: give one that a receive returned.")
        })?;
        Ok(Receipt { id, receive_count })
    }
}

/// Bytes that count against the limits: the body, and each attribute's name, type and value.
pub(crate) fn size(body: &str, attributes: &Attributes) -> usize {
    let attributes = attributes.iter().map(|(name, attribute)| name.len() + attribute.data_type.len() + attribute.value().len());
    body.len() + attributes.sum::<usize>()
}

impl Attribute {
    fn value(&self) -> Vec<u8> {
        match (&self.string_value, &self.binary_value) {
            (Some(text), _) => text.as_bytes().to_vec(),
            // The base64 was checked when the message was sent.
            (None, Some(base64)) => base64::engine::general_purpose::STANDARD.decode(base64).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

/// The MD5 digest of a body, in hexadecimal.
pub(crate) fn md5_of_body(body: &str) -> String {
    hex(&Md5::digest(body))
}

/// The MD5 digest of the attributes, in hexadecimal; none for no attributes.
pub(crate) fn md5_of_attributes<'a>(attributes: impl Iterator<Item = (&'a String, &'a Attribute)>) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        for part in [name, &attribute.data_type] {
            update_with_length(&mut digest, part.as_bytes());
        }
        digest.update([if attribute.binary_value.is_some() { 2 } else { 1 }]);
        update_with_length(&mut digest, &attribute.value());
    }
    any.then(|| hex(&digest.finalize()))
}

fn update_with_length(digest: &mut Md5, part: &[u8]) {
    digest.update((part.len() as u32).to_be_bytes());
    digest.update(part);
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
